// One form and its draft: what stands in it, what this browser has, what the server has, and which of them goes into the box.
import { make } from "./dom.js";
import { isSame, put, textsOf, valuesOf } from "./drafts-fields.js";
import { mention, offer, offerUndo, tell, tellGone } from "./drafts-notes.js";
import * as store from "./drafts-store.js";
import * as sync from "./drafts-sync.js";

const SAVE_MS = 300;
const NEAR = "300px";

/** Begin with a form; returns what is known of it. */
export function begin(form) {
  const of = form.dataset.draftKey;
  const isAimed = /[?&](reply|quote)=/.test(location.search); // the address says whom to answer
  const slot = { form, of, key: store.keyOf(of), entry: null, seen: 0, timer: 0, isTyped: false, isShown: false, isAimed };
  form.addEventListener("input", () => changed(slot, true));
  form.addEventListener("change", ({ target }) => {
    slot.isAimed ||= target === form; // a press on "Reply" or "Quote"
    changed(slot);
  });
  hear(slot);
  fill(slot, store.read(slot.key));
  return slot;
}

function fill(slot, local) {
  const { form, of } = slot;
  const given = form.querySelector("[data-draft-kept]");
  const back = form.querySelector("[name=draft][data-typed]");
  if (back) return comeBack(slot, back.value, local);
  if (given) return meet(slot, local, { draft: renderedIn(form, given), known: true }, "chosen" in given.dataset);
  const isQuoting = !of.startsWith("edit:") && textsOf(form).some((field) => field.defaultValue.trim());
  if (isQuoting) return local && aside(slot, local);
  const isReply = form.matches("[data-reply-form]"); // only here the server has not looked yet
  if (local && (local.dirty || isReply || !store.isForServer(of))) show(slot, local);
  if (!store.isForServer(of)) return;
  if (isReply) whenNear(form, () => askAbout(slot));
  else if (local && !local.dirty) askAbout(slot, local);
}

/** The form was sent and has come back: what stands in it now is the text. */
function comeBack(slot, id, local) {
  const isIt = local && (local.id === id || (local.sent && !id));
  if (local && !isIt) aside(slot, local);
  slot.entry = isIt ? local : { id: id || store.number(), base: 0, n: 0 };
  slot.seen = local?.at ?? 0;
  slot.isTyped = true;
  save(slot);
}

function renderedIn(form, given) {
  const id = form.querySelector("[name=draft]").value;
  const version = Number(form.querySelector("[name=draft_version]").value);
  return { id, version, age: Number(given.dataset.age), values: valuesOf(form, { whole: true }) ?? {}, isRendered: true };
}

async function askAbout(slot, local = slot.entry) {
  const answer = await sync.ask(slot.of, local?.id);
  if (answer) meet(slot, slot.entry ?? local, answer);
  else if (local && !slot.isShown) show(slot, local);
  const isSaid = slot.entry || slot.isTyped || document.querySelector("form[action='/drafts/undo']");
  if (answer?.discarded && !isSaid) offerUndo(slot.form, () => bringBack(slot, answer.discarded));
}

/** Bring back what was discarded: into the box, or among the drafts where something has been typed since. */
async function bringBack(slot, id) {
  const answer = await sync.bringBack(id);
  if (!answer) return;
  if (!answer.draft) tellGone(slot.form);
  else if (slot.isTyped) mention(slot.form);
  else meet(slot, slot.entry, { draft: answer.draft, known: true });
}

/** Bring together what this browser has (`local`) and what the server says. */
function meet(slot, local, answer, isChosen = false) {
  if (local && answer.finished) local = finished(slot, local);
  else if (local && !local.dirty && !answer.known && local.id !== answer.draft?.id) local = again(slot, local);
  const theirs = answer.draft;
  if (!theirs || isAhead(local, theirs, isChosen)) {
    if (local && !slot.isShown) show(slot, local);
    if (local && theirs && local.id !== theirs.id) mention(slot.form);
  } else if (slot.isTyped) {
    mention(slot.form);
  } else {
    if (local?.dirty && !isSame(local.values, theirs.values)) aside(slot, local);
    adopt(slot, theirs);
  }
}

/** Whether what this browser has stands before what the server has. */
function isAhead(local, theirs, isChosen) {
  if (!local) return false;
  if (local.id === theirs.id && theirs.version <= local.base) return true;
  if (local.id === theirs.id ? !local.dirty : isChosen) return false;
  return Date.now() - local.at < theirs.age * 1000;
}

/** It was posted or discarded elsewhere. What was typed here since stays. */
function finished(slot, local) {
  if (local.dirty && !local.sent) return again(slot, { ...local, id: store.number() });
  store.remove(slot.key);
  slot.entry = null;
  if (slot.isShown && !slot.isTyped) empty(slot);
  return null;
}

/** The server does not have it: it is new there. */
function again(slot, local) {
  const entry = { ...local, base: 0, dirty: true };
  store.write(slot.key, entry);
  if (slot.entry) slot.entry = entry;
  sync.pushSoon();
  return entry;
}

/** Take what the server has. */
function adopt(slot, { id, version, age, values, isRendered }) {
  const entry = { form: slot.of, id, base: version, by: "", n: 0, at: Date.now() - age * 1000, values, dirty: false };
  store.write(slot.key, entry);
  show(slot, entry, isRendered);
}

/** Put an entry into the form, and say so. */
function show(slot, entry, isThere = false) {
  slot.entry = entry;
  slot.seen = entry.at;
  slot.isShown = true;
  name(slot);
  if (isThere) return;
  const wasRendered = slot.form.querySelector("[data-draft-kept]") !== null;
  put(slot.form, entry.values, slot);
  if (textsOf(slot.form).some(({ value }) => value.trim())) offer(slot.form, entry.at, () => startAfresh(slot, wasRendered));
}

async function startAfresh(slot, wasRendered) {
  if (slot.timer) save(slot);
  if (slot.entry?.dirty) await sync.pushAll(); // what was typed a moment ago can be brought back, too
  const answer = await forget(slot, wasRendered);
  if (wasRendered) return location.reload();
  empty(slot);
  slot.isTyped = slot.isShown = false;
  if (answer?.undo) offerUndo(slot.form, () => bringBack(slot, answer.undo));
  slot.form.querySelector("textarea")?.focus();
}

function empty({ form }) {
  form.querySelector(".restored")?.remove();
  form.reset();
  form.dispatchEvent(new CustomEvent("draft:restored"));
}

function changed(slot, isTyped = false) {
  slot.isTyped ||= isTyped;
  tell(slot.form, null);
  slot.timer ||= setTimeout(() => save(slot), SAVE_MS);
}

/** Keep what stands in the form now. */
export function save(slot, isSent = false) {
  clearTimeout(slot.timer);
  slot.timer = 0;
  if (!store.isMine() || (slot.form.dataset.sent && !isSent)) return;
  const values = valuesOf(slot.form, { whole: slot.entry !== null });
  if (!values) return slot.entry && forget(slot);
  const there = store.read(slot.key);
  if (there && there.at !== slot.seen && there.by !== store.page) apart(slot, there);
  const { id = store.number(), base = 0, n = 0 } = slot.entry ?? {};
  slot.entry = { form: slot.of, id, base, by: store.page, n: n + 1, at: Date.now(), values, dirty: store.isForServer(slot.of), sent: isSent };
  slot.seen = slot.entry.at;
  store.write(slot.key, slot.entry);
  name(slot);
  tell(slot.form, slot.entry, slot);
  if (!isSent) sync.pushSoon();
}

/** Another page of this browser writes into the same form: its text stays, and from here on each keeps a draft of its own. */
function apart(slot, there) {
  if (there.id !== slot.entry?.id) return aside(slot, there);
  slot.key = store.asideKey(slot.of);
  slot.entry = { ...slot.entry, id: store.number(), base: 0, n: 0 };
  hear(slot);
}

/** Keep a text that is not the form's any more until the server has it. */
function aside({ of }, entry) {
  if (!entry.dirty || entry.sent || !store.isForServer(of)) return;
  store.write(store.asideKey(of), { ...entry, id: store.number(), base: 0 });
  sync.pushSoon();
}

function hear(slot) {
  sync.listen(slot.key, (entry, answer) => {
    slot.isFailing = !answer;
    slot.hasDropped = Boolean(answer?.dropped);
    if (slot.entry && entry) slot.entry = { ...slot.entry, id: entry.id, base: entry.base, dirty: entry.dirty };
    name(slot);
    tell(slot.form, slot.entry, slot);
  });
}

/** The form says which draft it is when it is sent: that one is gone with the posting. */
function name({ form, entry, of }) {
  if (!store.isForServer(of)) return;
  for (const [field, value] of Object.entries({ draft: entry?.id ?? "", draft_version: entry?.base ?? "" })) {
    let input = form.querySelector(`input[name=${field}]`);
    if (!input) form.prepend((input = make("input", { type: "hidden", name: field })));
    input.value = value;
  }
}

/** Forget what was kept of this form; `isTold`: the next page says so. Resolves to what the server says. */
async function forget(slot, isTold = false) {
  const id = slot.entry?.id;
  clearTimeout(slot.timer); // what was typed a moment ago is not to be kept after all
  slot.timer = 0;
  store.remove(slot.key);
  slot.entry = null;
  name(slot);
  tell(slot.form, null, slot);
  return id && store.isForServer(slot.of) ? sync.discard(id, isTold) : null;
}

/** Call `act` once, when a form comes near to what is seen, or is used. */
function whenNear(form, act) {
  const near = new IntersectionObserver((seen) => seen.some(({ isIntersecting }) => isIntersecting) && go(), { rootMargin: NEAR });
  const go = () => {
    near.disconnect();
    form.removeEventListener("focusin", go);
    act();
  };
  near.observe(form);
  form.addEventListener("focusin", go);
}
