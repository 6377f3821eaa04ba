// What this browser keeps of drafts: one entry for each form, and those that had to make room for a newer text of the same form.
//
//   entry { form, id, base, by, n, at, values, dirty, sent }
//   id, base    the draft's number, and the version that the server last said it has (0: it has none)
//   by, n       the page that wrote it, and how many times
//   at          when it was typed, by this device's clock
//   dirty       the server has not said yet that it has this text; sent: the form itself has been sent with it
const PREFIX = "ke-draft:";
const OWNER = "ke-draft-owner";
const ASIDE = "~"; // in the key of what is not its form's text any more, and only waits for the server
const KEEP_MS = 30 * 24 * 3600 * 1000;
const ON_SERVER = /^(reply|edit|new):/; // other forms' texts stay in this browser

/** This page, among all that are open. */
export const page = number();
export const me = document.documentElement.dataset.me ?? "";

const memory = new Map(); // where the browser refuses its store (private windows, policies), or has no room in it
const store = openStore();
let isOver = false;

function openStore() {
  try {
    localStorage.setItem(`${PREFIX}?`, "");
    localStorage.removeItem(`${PREFIX}?`);
    return localStorage;
  } catch {
    return null;
  }
}

/** A number that nobody can guess, for a page or a draft. */
export function number() {
  return [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const keyOf = (form) => PREFIX + form;
export const asideKey = (form) => `${PREFIX}${form}${ASIDE}${number()}`;
export const isAside = (key) => key.includes(ASIDE);
export const isForServer = (form) => ON_SERVER.test(form);

export function keys() {
  const stored = store ? Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)) : [];
  return [...new Set([...stored, ...memory.keys()])];
}

export function read(key) {
  if (memory.has(key)) return memory.get(key);
  try {
    const entry = JSON.parse(store?.getItem(key) ?? "null");
    return entry?.values ? entry : null;
  } catch {
    return null;
  }
}

/** Keep an entry; nothing any more once this member has signed out, or another sits here. */
export function write(key, entry) {
  if (!isMine()) return;
  try {
    if (!store) throw new Error("no store");
    store.setItem(key, JSON.stringify(entry));
    memory.delete(key);
  } catch {
    memory.set(key, entry);
  }
}

export function remove(key) {
  memory.delete(key);
  store?.removeItem(key);
}

export function removeById(id) {
  keys().filter((key) => read(key)?.id === id).forEach(remove);
}

/** Whether what is typed here may be kept: it is still this member's sign-in, as far as this browser knows. */
export function isMine() {
  return !isOver && (!store || store.getItem(OWNER) === me);
}

/** On a shared computer the next person must not find the last one's words, even if that one never signed out. */
export function guardOwner() {
  if (store && me && store.getItem(OWNER) !== me) {
    clearAll();
    store.setItem(OWNER, me);
  }
  for (const key of keys()) {
    const entry = read(key);
    if (Date.now() - (entry?.at ?? 0) > KEEP_MS) remove(key);
    else if (!entry.id) write(key, renewed(key, entry));
  }
  addEventListener("storage", ({ key, newValue }) => (isOver ||= key === OWNER && newValue !== me)); // on another tab
}

/** What an earlier version of this script kept. */
function renewed(key, { at, values }) {
  const form = key.slice(PREFIX.length);
  const plain = Object.entries(values).map(([name, value]) => [name, value === true ? "1" : value || ""]);
  return { form, id: number(), base: 0, by: "", n: 0, at, values: Object.fromEntries(plain), dirty: isForServer(form) };
}

/** Nothing may be kept any more, not even by the last word of a page that is being left. */
export function end() {
  isOver = true;
  clearAll();
  store?.removeItem(OWNER);
}

function clearAll() {
  keys().forEach(remove);
}
