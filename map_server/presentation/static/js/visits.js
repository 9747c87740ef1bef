// The supervisor's pages of visits: word to a team, a look at doubts, and where somebody stood.
import { post } from "./api.js";
import { addWardLayers } from "./ward_layers.js";

function wire(selector, send) {
  const form = document.querySelector(selector);
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = form.querySelectorAll("[type=submit]");
    const note = form.querySelector("[data-form-error]");
    const data = new FormData(form, event.submitter);
    for (const button of buttons) button.disabled = true;
    note.hidden = true;
    try {
      await send(data);
      location.reload();
    } catch (problem) {
      note.textContent = problem.message;
      note.hidden = false;
      for (const button of buttons) button.disabled = false;
    }
  });
}

wire("[data-word]", (data) => {
  const [plan, team] = data.get("to").split("|");
  return post("/api/v1/field/messages", { plan_id: plan, team_id: team, text: data.get("text") });
});
wire("[data-review]", (data) => post(`/api/v1/visits/${document.querySelector("[data-visit]").dataset.visit}/review`, { text: data.get("text"), verdict: data.get("verdict") }));

const place = document.querySelector("[data-map-of-visit]");
if (place) {
  const map = window.map_lilong;
  addWardLayers(map);
  const { lon, lat, error, placeLon, placeLat, reach } = place.dataset;
  const shown = [];
  if (placeLon) shown.push(L.circle([placeLat, placeLon], { radius: Number(reach), color: "#0b6b63", fillOpacity: 0.12 }));
  if (lon) shown.push(L.circle([lat, lon], { radius: Math.max(1, Number(error)), color: "#c3232f", dashArray: "4 4", fillOpacity: 0.1 }), L.circleMarker([lat, lon], { radius: 6, color: "#c3232f", fillOpacity: 1 }));
  const group = L.featureGroup(shown).addTo(map);
  if (shown.length) map.fitBounds(group.getBounds().pad(0.3), { maxZoom: 19 });
}
