// The preview under a text box: made by the server's own renderer, so that it shows what will be shown. It is asked for after a pause in
// typing, and only while it is open.
import { make } from "../dom.js";
import { words } from "../words.js";
import { addTool } from "./toolbar.js";

const PAUSE_MS = 400;
let made = 0;

/** Give a form's toolbar the button that opens it. */
export function equipPreview(form) {
  const area = form.querySelector("textarea[name=body]");
  const token = form.elements.csrf_token;
  if (!area || !token) return;
  const id = `preview-${(made += 1)}`;
  const shown = make("div", { class: "prose" });
  const box = make("section", { class: "preview", id, "aria-label": words.preview, hidden: "" }, shown);
  const button = addTool(form, "preview", "i-eye", words.preview, () => toggle());
  if (!button) return;
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-controls", id);
  (area.closest("text-expander") ?? area).after(box);

  const renew = refresher(() => new URLSearchParams([["csrf_token", token.value], ...textsOf(form)]), shown);
  const toggle = () => {
    box.hidden = !box.hidden;
    button.setAttribute("aria-expanded", String(!box.hidden));
    if (!box.hidden) renew(0);
  };
  const changed = () => box.hidden || renew(PAUSE_MS);
  form.addEventListener("input", changed);
  form.addEventListener("draft:restored", changed);
}

/** What will stand in the post: the text, and what is written under the form's questions. */
function textsOf(form) {
  return [...form.querySelectorAll("textarea[name]")].map(({ name, value }) => [name, value]);
}

/** A function that asks after a pause, and lets the answer to an older text never stand over that to a newer one. */
function refresher(fieldsOf, shown) {
  let timer = 0;
  let asked = 0;
  const ask = async () => {
    const mine = (asked += 1);
    const answer = await fetch("/preview", { method: "POST", body: fieldsOf() }).catch(() => null);
    if (mine !== asked) return;
    const isOne = answer && (answer.ok || answer.status === 422) && !answer.redirected;
    if (isOne) shown.innerHTML = await answer.text(); // by the renderer of posts, which lets nothing through that runs
    else shown.textContent = words.noPreview;
  };
  return (pause) => {
    clearTimeout(timer);
    timer = setTimeout(ask, pause);
  };
}
