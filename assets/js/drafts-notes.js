// What a form says of its draft.
import { make } from "./dom.js";
import { ago, words } from "./words.js";

/** Say that this is an old text, and give the way to be rid of it. */
export function offer(form, at, startAfresh) {
  const button = make("button", { type: "button", class: "linkish" }, words.discard);
  button.addEventListener("click", startAfresh);
  return note(form, `${words.restored} ${words.savedAgo(since(at))}. `, button, " ", toList());
}

/** Say that what stood here is discarded, and give the way back. */
export function offerUndo(form, undo) {
  const button = make("button", { type: "button", class: "linkish" }, words.undo);
  button.addEventListener("click", undo);
  return note(form, `${words.discarded} `, button, " ", toList());
}

/** Say that there is no way back any more. */
export function tellGone(form) {
  return note(form, `${words.discardedLongAgo} `, toList());
}

/** Say that there is another text for this form. */
export function mention(form) {
  return note(form, `${words.otherDraft} `, toList());
}

/** Say what is kept, and since when. `place`: `there` on the server, `here` in this browser alone so far. */
export function tell(form, entry, { isFailing, hasDropped } = {}) {
  const status = form.querySelector("[data-saved]");
  if (!status) return;
  status.dataset.saved = !entry ? "" : entry.dirty || !entry.base ? "here" : "there";
  const said = entry && entry.n ? (isFailing ? words.savedHere : words.savedAgo)(since(entry.at)) : "";
  status.textContent = hasDropped ? `${said}. ${words.draftDropped}` : said;
}

export const since = (at) => ago((Date.now() - at) / 1000);

function toList() {
  return make("a", { href: "/drafts" }, words.allDrafts);
}

function note(form, ...said) {
  const box = make("p", { class: "saved restored" }, ...said);
  form.querySelectorAll(".restored").forEach((old) => old.remove());
  (form.querySelector("[data-tools], markdown-toolbar") ?? form.firstElementChild).before(box);
  return box;
}
