// Forms: a second submit of the same form waits for the answer to the first.
import { say, toast } from "./dom.js";
import { words } from "./words.js";

const GUARD_MS = 8000;

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || !form.matches("[data-once], [data-draft-key]")) return;
  if (!navigator.onLine) {
    event.preventDefault();
    say(words.offlineSubmit, { quiet: false });
    toast(words.offlineSubmit, { sign: "i-off" }); // the line is at the top of the page; whoever posts is elsewhere
    return;
  }
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  event.submitter?.setAttribute("aria-busy", "true");
  setTimeout(() => release(form), GUARD_MS);
});

// Back to a page that the browser kept: its forms must work again.
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(release));

function release(form) {
  delete form.dataset.sent;
  form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}
