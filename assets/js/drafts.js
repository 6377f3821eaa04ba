// Drafts: what is typed into a form with data-draft-key stays in this browser until it is posted, whatever happens to the page.
import { make } from "./dom.js";
import { ago, words } from "./words.js";

const PREFIX = "ke-draft:";
const OWNER = "ke-draft-owner";
const SAVE_MS = 700;
const SAY_MS = 10_000;
const KEEP_MS = 30 * 24 * 3600 * 1000;

const store = openStore();
let isOver = false;
const me = document.documentElement.dataset.me ?? "";

if (store) {
  guardOwner();
  if (document.body.dataset.draftDone) store.removeItem(PREFIX + document.body.dataset.draftDone);
  document.querySelectorAll("form[data-draft-key]").forEach(keep);
  document.addEventListener("part:new", ({ target }) => target.querySelectorAll("form[data-draft-key]").forEach(keep));
  document.addEventListener("submit", (event) => event.target.matches("[data-sign-out]") && signOut());
  addEventListener("storage", ({ key, newValue }) => (isOver ||= key === OWNER && newValue === null)); // on another tab
}

/** Browsers may refuse the store (private windows, policies): then there are no drafts, and nothing else breaks. */
function openStore() {
  try {
    localStorage.setItem(`${PREFIX}?`, "");
    localStorage.removeItem(`${PREFIX}?`);
    return localStorage;
  } catch {
    return null;
  }
}

/** On a shared computer the next person must not find the last one's words, even if that one never signed out. */
function guardOwner() {
  if (me && store.getItem(OWNER) !== me) {
    clearAll();
    store.setItem(OWNER, me);
  }
  for (const key of keys()) {
    if (Date.now() - (read(key)?.at ?? 0) > KEEP_MS) store.removeItem(key);
  }
}

function keys() {
  return Object.keys(store).filter((key) => key.startsWith(PREFIX));
}

/** Nothing may be kept any more, not even by the last word of a page that is being left. */
function signOut() {
  isOver = true;
  clearAll();
  store.removeItem(OWNER);
}

function clearAll() {
  keys().forEach((key) => store.removeItem(key));
}

function read(key) {
  try {
    return JSON.parse(store.getItem(key));
  } catch {
    return null;
  }
}

function keep(form) {
  const key = PREFIX + form.dataset.draftKey;
  const status = form.querySelector("[data-saved]");
  const draft = read(key);
  if (draft && restore(form, draft.values)) offer(form, key, draft);
  let timer = 0;
  let savedAt = 0;
  const save = () => {
    timer = 0;
    if (isOver || form.dataset.sent) return;
    const values = valuesOf(form);
    if (values) store.setItem(key, JSON.stringify({ at: Date.now(), values }));
    else store.removeItem(key);
    savedAt = values ? Date.now() : 0;
    tell();
  };
  const tell = () => status && (status.textContent = savedAt ? words.savedAgo(ago((Date.now() - savedAt) / 1000)) : "");
  form.addEventListener("input", () => (timer ||= setTimeout(save, SAVE_MS)));
  form.addEventListener("change", () => (timer ||= setTimeout(save, SAVE_MS)));
  addEventListener("pagehide", () => timer && save());
  setInterval(tell, SAY_MS);
}

/** The fields worth keeping: what a person wrote or chose, never tokens. */
function fieldsOf(form) {
  return [...form.elements].filter(
    // What was said of one text holds for no other (the guard's boxes).
    (field) => field.name && !field.closest("[data-guard-panel]") && (field.matches("textarea, select, [type=text], [type=radio], [type=checkbox]") || field.name === "parent"),
  );
}

/** Return the values by name, or null where nothing has been written yet. */
function valuesOf(form) {
  const values = {};
  let written = false;
  for (const field of fieldsOf(form)) {
    if (field.matches("[type=radio]") && !field.checked) continue;
    values[field.name] = field.matches("[type=checkbox]") ? field.checked : field.value;
    written ||= field.matches("textarea, [type=text]") && field.value.trim() !== "" && field.value !== field.defaultValue;
  }
  return written ? values : null;
}

/** Put a draft back, unless the server has sent a text of its own; tell whether anything was put. */
function restore(form, values) {
  const texts = fieldsOf(form).filter((field) => field.matches("textarea, [type=text]"));
  if (texts.some((field) => field.defaultValue.trim() && field.defaultValue !== values[field.name])) return false;
  const isAskedFor = /[?&](reply|quote)=/.test(location.search); // the address says whom to answer
  for (const field of fieldsOf(form)) {
    const value = values[field.name];
    if (value === undefined || (field.name === "parent" && isAskedFor)) continue;
    if (field.matches("[type=radio]")) field.checked = field.value === value;
    else if (field.matches("[type=checkbox]")) field.checked = value;
    else field.value = value;
  }
  form.dispatchEvent(new CustomEvent("draft:restored"));
  return texts.some((field) => field.value.trim());
}

/** Say that this is an old text, and give the way to be rid of it. */
function offer(form, key, { at }) {
  const button = make("button", { type: "button", class: "linkish" }, words.discard);
  const since = (Date.now() - at) / 1000;
  const note = make("p", { class: "saved restored" }, `${words.restored} ${words.savedAgo(ago(since))}. `, button);
  button.addEventListener("click", () => {
    store.removeItem(key);
    form.reset();
    note.remove();
    form.dispatchEvent(new CustomEvent("draft:restored"));
    form.querySelector("textarea")?.focus();
  });
  (form.querySelector("[data-tools]") ?? form.firstElementChild).before(note);
}
