// The quick way out: by its link, or by pressing Escape three times. Without scripts the link leads there all the same.
import { coverNext } from "./desk-cover.js";
import { words } from "./words.js";

const TIMES = 3;
const WITHIN_MS = 2000;

const exit = document.querySelector("a[data-exit]");
let presses = [];

if (exit) {
  exit.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    leave();
  });
  addEventListener("keydown", press, { capture: true });
  addEventListener("pageshow", ({ persisted }) => persisted && document.documentElement.classList.remove("left"));
}

/** Menus and lists close at the first Escape as ever. */
function press({ key, repeat, isComposing }) {
  if (repeat || isComposing) return;
  presses = key === "Escape" ? [...presses.filter((at) => Date.now() - at < WITHIN_MS), Date.now()] : [];
  if (presses.length >= TIMES) leave();
}

/** Nothing stays on the screen while the other page is on its way; the way back leads to a covered page. */
function leave() {
  coverNext();
  document.documentElement.classList.add("left");
  document.title = words.neutralTitle;
  location.replace(exit.href);
}
