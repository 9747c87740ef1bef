// The sheet for printing.
import { paintColours } from "./patrol_colours.js";

paintColours();
document.querySelector("[data-print]").addEventListener("click", () => print());
