// The live connection: one socket a page, a cursor of what has been seen, and polling where sockets are blocked.
// Nothing depends on it: whatever comes this way is on the next page too.
import { io } from "socket.io-client";
import { isCovered } from "./desk-cover.js";
import { make, say } from "./dom.js";
import { words } from "./words.js";

const EVENTS = ["notification", "unread", "queue", "post", "post_changed", "thread_changed", "goodbye"];
const MOST_SEEN = 1000; // ids remembered against doubles; a replay overlaps by far less
const ACK_MS = 8000;
const CONNECT_MS = 5000; // some proxies take the line and never answer, or hang up without a word
const REFUSALS_BEFORE_POLLING = 2;
// Thousands lose their sockets in the same moment when a server ends, and must not all come back in the same second: the first try comes
// between a quarter of a second and five, each later one takes twice as long, up to half a minute.
const BACK_OFF = { reconnectionDelay: 2500, reconnectionDelayMax: 30_000, randomizationFactor: 0.9 };
const SENT_AWAY_MS = [1000, 5000]; // the server has closed this socket
const SAID_NO_MS = [5000, 15_000]; // … or would not have it: ask again, slowly
const POLL_MS = 12_000;
const POLL_MOST_MS = 120_000;
const QUIET_MS = 4000; // a connection that is back sooner was never worth a word
const GOODBYE_MS = 6000;

const listeners = new Map();
const seen = new Set();
const madeAt = document.querySelector("meta[name=live-cursor]")?.content ?? null;
let cursor = madeAt;
let socket = null;
let catchingUp = false;
let held = [];
let refusals = 0;
let polling = false;
let pollTimer = 0;
let pollWait = POLL_MS;
let lineTimer = 0;

export const live = {
  /** Call `listener` with every event of that name, once each and in order. */
  on(name, listener) {
    listeners.set(name, [...(listeners.get(name) ?? []), listener]);
  },
  /** Tell the server that this post has been read; false when there is no socket to tell it by. */
  seen(thread, post) {
    if (!socket?.connected) return false;
    socket.emit("seen", { thread, post });
    return true;
  },
};

/** Connect, on pages of members only: others have no cursor. */
export function startLive() {
  if (cursor === null) return;
  socket = io("/live", {
    transports: ["websocket"],
    timeout: CONNECT_MS,
    ...BACK_OFF,
  });
  socket.on("connect", joined);
  socket.on("disconnect", broken);
  socket.on("connect_error", refused);
  for (const name of EVENTS) socket.on(name, (event) => arrive(name, event));
  addEventListener("online", () => socket.connected || socket.connect());
  document.addEventListener("visibilitychange", () => polling && !document.hidden && next(Math.random() * 1000));
  addEventListener("offline", () => say(words.offline, { quiet: false }));
  addEventListener("pagehide", () => socket.disconnect());
  addEventListener("pageshow", ({ persisted }) => persisted && socket.connect());
}

/** Watch this page's thread first, so that nothing falls between what is replayed and what comes live. */
async function joined() {
  refusals = 0;
  stopPolling();
  catchingUp = true;
  const thread = threadHere();
  try {
    const watched = thread && (await socket.timeout(ACK_MS).emitWithAck("watch", { thread }));
    if (watched?.error === "not_found") take("thread_changed", { thread, gone: true });
    catchUp(await socket.timeout(ACK_MS).emitWithAck("resume", { after: cursor }));
    quieten();
  } catch {
    if (socket.connected) socket.disconnect().connect(); // an answer that never came: begin again
  }
}

function threadHere() {
  return document.querySelector("[data-thread-id]")?.dataset.threadId;
}

/** Take what was missed, then what arrived meanwhile. */
function catchUp({ events = [], cursor: now, reset }) {
  catchingUp = false;
  if (reset) {
    const again = make("a", { href: location.pathname + location.search }, words.reload);
    say(words.stale, { extra: again });
  }
  for (const event of events) take(event.name, event);
  cursor = now ?? cursor;
  const waiting = held;
  held = [];
  for (const [name, event] of waiting) take(name, event);
}

function arrive(name, event) {
  if (name === "goodbye") goodbye(event);
  else if (catchingUp) held.push([name, event]);
  else take(name, event);
}

function take(name, event) {
  if (event.event) {
    if (seen.has(event.event)) return;
    seen.add(event.event);
    if (seen.size > MOST_SEEN) seen.delete(seen.values().next().value);
  }
  cursor = event.cursor ?? cursor;
  event.isOld = isOld(event.event);
  for (const listener of listeners.get(name) ?? []) listener(event);
}

/** A replay begins a little before its cursor: what is older than this page is most likely on it already. */
function isOld(id) {
  return /^\d+$/.test(id ?? "") && /^\d+$/.test(madeAt) && BigInt(id) <= BigInt(madeAt);
}

function broken(reason) {
  catchingUp = false;
  held = [];
  if (reason === "io client disconnect") return;
  if (reason === "io server disconnect") setTimeout(() => socket.connect(), between(SENT_AWAY_MS));
  lineTimer ||= setTimeout(() => say(navigator.onLine ? words.reconnecting : words.offline, { quiet: navigator.onLine }), QUIET_MS);
}

function between([least, most]) {
  return least + Math.random() * (most - least);
}

/** `away`: the server hears nothing of its neighbours at the moment, and a socket to it would be told half of what happens. */
function refused({ message }) {
  refusals += 1;
  if (!socket.active) setTimeout(() => socket.connect(), between(SAID_NO_MS));
  if (!polling && (message === "away" || refusals >= REFUSALS_BEFORE_POLLING)) startPolling();
}

function quieten() {
  clearTimeout(lineTimer);
  lineTimer = 0;
  say();
}

function startPolling() {
  polling = true;
  pollWait = POLL_MS;
  poll();
}

function stopPolling() {
  polling = false;
  clearTimeout(pollTimer);
}

/** Ask by plain requests what a socket would have told, until there is one. */
async function poll() {
  if (!document.hidden && navigator.onLine) await ask();
  if (polling) next(pollWait * (0.75 + Math.random() / 2));
}

function next(wait) {
  clearTimeout(pollTimer);
  pollTimer = setTimeout(poll, wait);
}

async function ask() {
  try {
    const thread = threadHere();
    const query = new URLSearchParams({ after: cursor, ...(thread && { thread }) });
    const answer = await fetch(`/live/since?${query}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return goodbye({ reason: "other" });
    if (!answer.ok) throw new Error(String(answer.status));
    const missed = await answer.json();
    if (!polling) return; // a socket was faster, and knows more
    catchUp(missed);
    pollWait = POLL_MS;
    clearTimeout(lineTimer);
    lineTimer = 0;
    say(words.unreachable);
  } catch {
    pollWait = Math.min(pollWait * 2, POLL_MOST_MS);
  }
}

/** Standing or sign-in has ended: say why, then leave, for nothing of this page may stay on the screen. */
function goodbye({ reason }) {
  socket.disconnect();
  stopPolling();
  if (isCovered()) return location.assign("/me"); // no word on a screen that nobody looks at: the next page says why
  const onward = make("a", { class: "btn btn--main", href: "/me" }, words.onward);
  const said = make("p", {}, words.goodbye[reason] ?? words.goodbye.other);
  const draft = document.querySelector("[data-draft-key]") && reason !== "signed_out" ? make("p", { class: "quiet" }, words.goodbyeDraft) : "";
  const box = make("dialog", { class: "keys" }, said, draft, make("p", { class: "btns gap" }, onward));
  document.body.append(box);
  box.addEventListener("close", () => location.assign("/me"));
  box.showModal();
  setTimeout(() => location.assign("/me"), GOODBYE_MS);
}
