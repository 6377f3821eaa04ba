// “Helpful” and “I have this too”, pressed without leaving the page. Which of them the reader has pressed stands in the page
// (threads/marks/marks_shown.py); a post that comes anew through the socket is the same for everybody, and takes that over from the old one.
import { say } from "./dom.js";
import { words } from "./words.js";

const MARK = /^(\/p\/\d+\/(?:helpful|too))(\/back)?$/;

export function startMarks() {
  document.getElementById("post-form")?.addEventListener("submit", (event) => {
    const [, path, back] = read(event.submitter);
    if (!path) return;
    event.preventDefault();
    if (!event.submitter.matches("[aria-busy]")) press(event.target, event.submitter, path, !back);
  });
}

function read(button) {
  return MARK.exec(button?.getAttribute("formaction") ?? "") ?? [];
}

async function press(form, button, path, isOn) {
  if (!navigator.onLine) return say(words.offlineSubmit, { quiet: false });
  button.setAttribute("aria-busy", "true");
  const address = isOn ? path : `${path}/back`;
  const headers = { Accept: "application/json" };
  const answer = await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form)), headers }).catch(() => null);
  button.removeAttribute("aria-busy");
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  if (said) {
    // The post may have come anew meanwhile.
    const shown = document.querySelector(`[formaction="${path}"], [formaction="${path}/back"]`);
    if (shown) show(shown, path, said.marked, said.count);
  } else {
    form.action = address; // signed out, too often, gone: the server's own page says what to do
    form.submit();
  }
}

function show(button, path, isOn, count) {
  button.setAttribute("formaction", isOn ? `${path}/back` : path);
  if (isOn) button.setAttribute("aria-pressed", "true");
  else button.removeAttribute("aria-pressed");
  const number = button.querySelector("b") ?? document.createElement("b");
  number.textContent = count;
  if (count) button.append(number.isConnected ? "" : " ", number);
  else number.remove();
}

/** Let an article that takes another's place bear what its reader had pressed there, and no button where they had none. */
export function keepMarks(old, fresh) {
  for (const before of old.querySelectorAll(".acts [formaction]")) {
    const [, path, back] = read(before);
    const after = path && fresh.querySelector(`[formaction="${path}"]`);
    if (!after) continue;
    after.hidden = before.hidden;
    if (!back) continue;
    after.setAttribute("formaction", `${path}/back`);
    after.setAttribute("aria-pressed", "true");
  }
}
