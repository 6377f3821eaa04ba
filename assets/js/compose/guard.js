// The guard before posting: on submit the server is asked what the text would give away, and what it answers is shown above the button,
// in the page. It is the same check as the form's own, which follows in any case; whatever fails here, the form is sent as ever.
//
//   form[data-guard="<thread or empty>"][data-guard-network="<slug>"][data-guard-pseudonym]   fields title, body, voice
//   [data-guard-panel]                     templates/guard/_review.html; its buttons are submit buttons of that form
import { jump, make } from "../dom.js";
import { words } from "../words.js";
import { write } from "./writing.js";

const PATIENCE_MS = 4000;
const cleared = new WeakSet(); // forms that have been asked about: their next submit goes through

// While the event comes down: before forms.js takes the form for sent, which what is held back here is not.
document.addEventListener("submit", hold, true);

function hold(event) {
  const form = event.target;
  if (event.defaultPrevented || !form.matches("[data-guard]") || !navigator.onLine) return;
  if (cleared.delete(form) || event.submitter?.hasAttribute("formaction")) return;
  event.preventDefault();
  guard(form, event.submitter);
}

async function guard(form, button) {
  if (form.dataset.guarding) return; // a second press, while the first is being answered
  form.dataset.guarding = "1";
  button?.setAttribute("aria-busy", "true");
  const answer = await ask(form, button?.name, button?.value);
  button?.removeAttribute("aria-busy");
  delete form.dataset.guarding;
  if (answer?.asks) return show(form, answer, button?.name === "mask");
  cleared.add(form);
  form.requestSubmit(button?.isConnected ? button : null);
}

/** What the server says to the form as it is now; null where it could not say. */
async function ask(form, name, value) {
  const data = new FormData(form);
  if (name) data.append(name, value);
  for (const [field, typed] of [...data]) if (typeof typed !== "string") data.delete(field); // the check reads words, no files
  data.append("thread", form.dataset.guard);
  data.append("network", form.dataset.guardNetwork ?? "");
  if ("guardPseudonym" in form.dataset) data.append("pseudonym", "1");
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const body = new URLSearchParams(data);
    const answer = await fetch("/guard", { method: "POST", body, headers: { Accept: "application/json" }, signal: patience.signal });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  } finally {
    clearTimeout(timer);
  }
}

/** Put the panel above the button, and the masks into the text. */
function show(form, { html, texts }, isMasked) {
  const before = isMasked ? put(form, texts) : null;
  const parsed = make("template");
  parsed.innerHTML = html;
  const panel = parsed.content.querySelector("[data-guard-panel]");
  if (before) panel.append(undo(form, before));
  const old = form.querySelector("[data-guard-panel]");
  if (old) old.replaceWith(panel);
  else (form.querySelector(".composer-foot") ?? form.lastElementChild).before(panel);
  jump(panel);
}

/** Write texts into their fields, as if they had been typed; returns what stood there. */
function put(form, texts) {
  const before = {};
  for (const [name, text] of Object.entries(texts)) {
    const field = form.elements[name];
    if (!field || field.value === text) continue;
    before[name] = field.value;
    replace(field, text);
  }
  return before;
}

/** Only what differs is written, so that the browser's own undo takes back the masks, and no more. */
function replace(field, text) {
  const { value } = field;
  let start = 0;
  while (start < value.length && value[start] === text[start]) start += 1;
  let end = 0;
  const most = Math.min(value.length, text.length) - start;
  while (end < most && value[value.length - 1 - end] === text[text.length - 1 - end]) end += 1;
  write(field, start, value.length - end, text.slice(start, text.length - end));
}

function undo(form, before) {
  const button = make("button", { type: "button", class: "btn btn--small" }, words.undoMasks);
  button.addEventListener("click", async () => {
    put(form, before);
    const answer = await ask(form, "check", "1");
    if (answer?.asks) show(form, answer, false);
  });
  return make("p", { class: "btns" }, button);
}
