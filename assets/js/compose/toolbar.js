// The toolbar over a text box: it writes Markdown for those who don't know it. Its buttons are @github/markdown-toolbar-element's, with
// words beside their signs; ours are added as [data-md-button], so that the arrow keys reach them, too.
import "@github/markdown-toolbar-element";
import { icon, make } from "../dom.js";
import { words } from "../words.js";
import { block } from "./writing.js";

const TABLE = "| What | Now | Proposed |\n| --- | --- | --- |\n|  |  |  |\n";
const STYLES = [
  ["md-bold", "i-bold", words.bold],
  ["md-unordered-list", "i-list", words.list],
  ["md-quote", "i-quote", words.quote],
  ["md-link", "i-link", words.link],
];
let made = 0;

/** Fill the place of the toolbar in a form. */
export function equipToolbar(form) {
  const place = form.querySelector("[data-tools]");
  const area = place && (place.closest(".composer, form").querySelector("textarea") ?? form.querySelector("textarea"));
  if (!area) return;
  area.id ||= `text-${(made += 1)}`;
  const bar = make("markdown-toolbar", { for: area.id, "aria-label": words.formatting, "aria-controls": area.id });
  for (const [tag, sign, word] of STYLES) bar.append(make(tag, { role: "button", class: "tool" }, icon(sign), word));
  place.append(bar);
  addTool(form, "table", "i-table", words.table, () => block(area, TABLE));
  place.hidden = false;
  area.addEventListener("keydown", (event) => {
    const isSend = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (!isSend) return;
    event.preventDefault();
    area.form.requestSubmit();
  });
}

/** Add a button to the toolbar of a form; returns it, or nothing where the form has no toolbar. */
export function addTool(form, name, sign, word, press) {
  const bar = form.querySelector("markdown-toolbar");
  if (!bar) return null;
  const button = make("button", { type: "button", class: "tool", "data-tool": name, "data-md-button": name }, icon(sign), word);
  button.addEventListener("click", press);
  bar.append(button);
  return button;
}
