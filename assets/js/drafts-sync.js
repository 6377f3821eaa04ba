// Drafts on the server: what this browser keeps is sent there a few seconds after it was typed, and again until it is known to be there:
// after a broken line, a closed page, a sign-in that had ended, a server that was gone.
import * as store from "./drafts-store.js";

const SOON_MS = 3000;
const AGAIN_MS = [5000, 10_000, 30_000, 60_000];

const listeners = new Map(); // key -> what a form wants to hear of its entry
const under = new Set(); // keys that are on their way
let timer = 0;
let failures = 0;
let token = "";

/** Have `heard(entry, answer)` called when the server has answered for what stands under a key. */
export function listen(key, heard) {
  listeners.set(key, heard);
}

/** Send what is new, soon. */
export function pushSoon(wait = SOON_MS) {
  timer ||= setTimeout(pushAll, wait);
}

/** Send all that is new; with `last`, as the last word of a page that is being left. Resolves to whether all of it is there. */
export async function pushAll({ last = false } = {}) {
  clearTimeout(timer);
  timer = 0;
  const waiting = store.keys().filter((key) => isWaiting(key) && (last ? !isSent(key) : !under.has(key)));
  const done = await Promise.all(waiting.map((key) => push(key, last)));
  if (done.every(Boolean)) failures = 0;
  else if (!last && store.isMine()) pushSoon(AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
  return done.every(Boolean);
}

/** As soon as there is a line again, or somebody looks at the page again (they may have signed in on another). */
export function startSync() {
  addEventListener("online", () => pushSoon(0));
  document.addEventListener("visibilitychange", () => document.hidden || pushSoon(0));
  if (hasWaiting()) pushSoon();
}

/** Whether there is anything that the server does not have yet. */
export function hasWaiting() {
  return store.keys().some(isWaiting);
}

function isWaiting(key) {
  const entry = store.read(key);
  return Boolean(store.isMine() && entry?.dirty && store.isForServer(entry.form));
}

/** The form goes to the server with this very text. Were the draft told of it besides, the form that comes back with what is wrong in it
    would know an older version of its draft than the server has, and two of one text would be kept. */
function isSent(key) {
  return Boolean(store.read(key)?.sent);
}

async function push(key, keepalive) {
  const entry = store.read(key);
  under.add(key);
  const answer = await send("/drafts", fieldsOf(entry), keepalive);
  under.delete(key);
  if (!answer) {
    listeners.get(key)?.(entry, null);
    return false;
  }
  settle(key, entry, answer);
  return true;
}

function fieldsOf({ form, id, base, by, n, at, values }) {
  const age = Math.max(0, Math.round((Date.now() - at) / 1000));
  return { draft_of: form, draft: id, draft_version: base, by, count: n, age, values: JSON.stringify(values) };
}

/** Note what the server has now. What was typed in the meantime is new still. */
function settle(key, entry, answer) {
  const now = store.read(key);
  if (now?.id !== entry.id) return; // discarded meanwhile
  const isSame = now.by === entry.by && now.n === entry.n; // nothing was typed since
  if (answer.refused) store.write(key, { ...now, dirty: !isSame }); // it can't be kept there: it stays here
  else if (answer.finished && entry.sent && isSame) store.remove(key); // it was posted
  else if (answer.finished) renew(key, now); // posted or discarded elsewhere, and typed on here
  else if (store.isAside(key) && isSame) store.remove(key);
  else store.write(key, { ...now, id: answer.id, base: answer.version, dirty: !isSame, sent: isSame ? false : now.sent });
  const kept = isSame && !answer.finished ? { ...entry, id: answer.id, base: answer.version, dirty: false } : null;
  listeners.get(key)?.(store.read(key) ?? kept, answer);
  if (isWaiting(key)) pushSoon();
}

function renew(key, entry) {
  store.write(key, { ...entry, id: store.number(), base: 0, dirty: true });
}

/** Throw a draft away; `isTold`: the next page says so. The answer's `undo` is its number, where it can be brought back. */
export function discard(id, isTold = false) {
  return send("/drafts/discard", { draft: id, ...(isTold && { tell: "1" }) }, true);
}

/** Bring back what was discarded just now: the answer's `draft`; null where the server can't say. */
export function bringBack(id) {
  return send("/drafts/undo", { draft: id }, false);
}

/** What the server has for a form that comes near; null where it can't say. */
export async function ask(form, id = "") {
  const answer = await fetched(`/drafts/of?${new URLSearchParams({ form, draft: id })}`);
  if (answer?.me !== store.me) return null;
  token = answer.csrf_token;
  return answer;
}

async function send(address, fields, keepalive) {
  if (!store.isMine()) return null;
  const post = () => fetched(address, { method: "POST", keepalive, body: new URLSearchParams({ ...fields, me: store.me, csrf_token: theToken() }) });
  const answer = await post();
  if (answer || keepalive || !navigator.onLine || !(await renewToken())) return answer;
  return post();
}

function theToken() {
  return token || document.querySelector("form [name=csrf_token]")?.value || "";
}

/** A page that outlived its sign-in takes the token of the next one, in its forms, too: its member has signed in on another page. */
async function renewToken() {
  const before = theToken();
  if (!(await ask("new:any"))) return false;
  for (const field of document.querySelectorAll("[name=csrf_token]")) field.value = token;
  return token !== before;
}

async function fetched(address, options = {}) {
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "application/json" } });
    if (answer.status === 422 || answer.status === 413) return { refused: true };
    return answer.ok && !answer.redirected ? await answer.json() : null;
  } catch {
    return null;
  }
}
