// Drafts: what is typed into a form with data-draft-key is kept in this browser at once and on the server a few seconds later, until it
// is posted, whatever happens to the page. Of two texts for one form the one that was typed last stands in it; the other is kept, too.
//
//   form[data-draft-key="reply:<thread> | new:<network> | edit:<post> | …"]     the last kind stays in this browser alone
//   [data-draft-kept][data-age][data-chosen]   the server has put a draft into the form: inputs draft, draft_version; chosen: from the list
//   input[name=draft][data-typed]              the form has come back with what was sent with it
//   [data-saved]                               says what is kept
import { begin, save } from "./drafts-form.js";
import { tell } from "./drafts-notes.js";
import * as store from "./drafts-store.js";
import * as sync from "./drafts-sync.js";

const SAY_MS = 10_000;
const SIGN_OUT_MS = 3000;

const slots = new Map(); // form -> what is known of it

store.guardOwner();
const done = document.body.dataset.draftDone;
if (done && store.read(store.keyOf(done))?.sent) store.remove(store.keyOf(done));
watch(document);
document.addEventListener("part:new", ({ target }) => watch(target));
document.addEventListener("submit", submitted);
addEventListener("pagehide", leave);
document.addEventListener("visibilitychange", () => document.hidden && leave());
setInterval(() => slots.forEach((slot) => tell(slot.form, slot.entry, slot)), SAY_MS);
if (store.me) sync.startSync();

function watch(part) {
  if (part.matches?.("form[data-draft-key]")) keep(part);
  part.querySelectorAll("form[data-draft-key]").forEach(keep);
}

function keep(form) {
  if (!slots.has(form)) slots.set(form, begin(form));
}

/** The page may be gone in a moment. */
function leave() {
  slots.forEach((slot) => slot.timer && save(slot));
  sync.pushAll({ last: true });
}

function submitted(event) {
  const form = event.target;
  if (form.matches("[data-sign-out]")) return signOut(event);
  if (form.matches("[data-draft-discard]")) return store.removeById(form.elements.draft.value);
  const slot = slots.get(form);
  if (!slot || event.defaultPrevented) return;
  if (event.submitter?.name === "afresh") store.remove(slot.key);
  else save(slot, true);
}

/** What was just typed goes to the server before nothing of it stays here. */
async function signOut(event) {
  slots.forEach((slot) => slot.timer && save(slot));
  if (event.defaultPrevented || !sync.hasWaiting()) return store.end();
  event.preventDefault();
  await Promise.race([sync.pushAll(), new Promise((go) => setTimeout(go, SIGN_OUT_MS))]);
  store.end();
  event.target.submit();
}
