// The board: move with the arrow keys, filter at once, give all orders that have an owner to their units.
import { post } from "./api.js";
import { t } from "./i18n.js";
import { toast } from "./toast.js";

const board = document.querySelector("[data-board]");
const columns = () => [...board.querySelectorAll("[data-column]")];
const cardsOf = (column) => [...column.querySelectorAll("[data-card]")];

board.querySelector("[data-filter]").addEventListener("change", (event) => event.currentTarget.requestSubmit());

const MOVES = { ArrowDown: [0, 1], ArrowUp: [0, -1], ArrowRight: [1, 0], ArrowLeft: [-1, 0] };

board.addEventListener("keydown", (event) => {
  const move = MOVES[event.key];
  const card = event.target.closest("[data-card]");
  if (!move || !card) return;
  event.preventDefault();
  const filled = columns().filter((column) => cardsOf(column).length);
  const column = filled.indexOf(card.closest("[data-column]"));
  const row = cardsOf(filled[column]).indexOf(card);
  const target = filled[Math.min(Math.max(column + move[0], 0), filled.length - 1)];
  const cards = cardsOf(target);
  cards[Math.min(Math.max(row + move[1], 0), cards.length - 1)].focus();
});

board.querySelector("[data-give-all]")?.addEventListener("click", async (event) => {
  const button = event.currentTarget;
  const waiting = [...board.querySelectorAll("[data-giveable]")];
  const progress = board.querySelector("[data-give-progress]");
  button.disabled = true;
  progress.hidden = false;
  progress.max = waiting.length;
  let given = 0;
  let refusal = null;
  for (const card of waiting) {
    try {
      const path = `/api/v1/work-orders/${card.dataset.id}/transitions`;
      await post(path, { action: "dispatch" }, { version: Number(card.dataset.version) });
      given += 1;
    } catch (problem) {
      refusal = problem;
      if (problem.status === 0 || problem.status === 401) break;
    }
    progress.value = given;
  }
  if (refusal) toast(t("{given} of {all} were given. {why}", { given, all: waiting.length, why: refusal.message }), { isBad: true });
  if (given) setTimeout(() => location.reload(), refusal ? 4000 : 0);
  else button.disabled = false;
});

board.dataset.ready = "true";
