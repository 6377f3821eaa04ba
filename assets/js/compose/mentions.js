// Whom to mention: after "@" the server is asked who fits, of those who write in the thread and those who chose to be found. It is
// @github/text-expander-element that listens; the page has it around the text box.
import "@github/text-expander-element";
import { make } from "../dom.js";
import { words } from "../words.js";
import { write } from "./writing.js";

const PAUSE_MS = 150;
const HANDLE = /^[\w.-]{0,40}$/;

/** Start it for a form. */
export function equipMentions(form) {
  const expander = form.querySelector("text-expander");
  if (!expander) return;
  const area = expander.querySelector("textarea");
  const heard = make("span", { class: "sr", role: "status" });
  expander.after(heard);
  let latest = 0;
  let typed = "";
  expander.addEventListener("text-expander-activate", () => queueMicrotask(() => tell(area, heard, expander)));
  expander.addEventListener("text-expander-deactivate", () => (heard.textContent = ""));
  expander.addEventListener("text-expander-change", ({ detail }) => {
    typed = detail.text;
    const mine = (latest += 1);
    if (HANDLE.test(typed)) detail.provide(offer(form, typed, () => mine === latest));
  });
  // Written as if by hand, so that the browser's own undo takes it back.
  expander.addEventListener("text-expander-value", (event) => {
    event.preventDefault();
    const at = area.selectionEnd;
    write(area, at - typed.length - 1, at, `@${event.detail.item.dataset.handle} `);
  });
}

/** A text box of several lines is no combobox to a screen reader: it stays what it is, and is told which name is the active one. */
function tell(area, heard, expander) {
  area.removeAttribute("role");
  area.removeAttribute("aria-expanded");
  heard.textContent = words.offered(expander.querySelectorAll("[role=option]").length);
}

async function offer(form, text, isLatest) {
  await new Promise((done) => setTimeout(done, PAUSE_MS));
  const found = isLatest() ? await ask(form, text) : [];
  const isWanted = found.length > 0 && isLatest();
  return { matched: isWanted, fragment: isWanted ? menu(found) : null };
}

/** Those who fit; nobody where the server can't be asked. */
async function ask(form, text) {
  const place = form.dataset.guard ? { thread: form.dataset.guard } : { network: networkOf(form) };
  try {
    const answer = await fetch(`/mentions?${new URLSearchParams({ ...place, q: text })}`, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : [];
  } catch {
    return [];
  }
}

function networkOf(form) {
  return form.elements.network?.value ?? form.dataset.guardNetwork ?? "";
}

function menu(found) {
  const list = make("ul", { class: "offered", role: "listbox", "aria-label": words.mention });
  for (const { handle, name } of found) {
    const item = make("li", { role: "option", id: `at-${handle}`, "data-handle": handle }, make("b", {}, name), ` @${handle}`);
    list.append(item);
  }
  return list;
}
