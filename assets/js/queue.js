// The queue as a page: which item is next, what the server says of each, and what came or went meanwhile.
import { jump, make } from "./dom.js";
import { onQueue, showWaiting } from "./queue-count.js";
import { localise } from "./times.js";
import { words } from "./words.js";

const CLAIM_MS = 400; // going past an item is not taking it up
const FEW_LEFT = 6;
const GRACE_MS = 1500; // one's own decision is an event, too

export const root = document.querySelector("[data-queue]");
const list = root?.querySelector("[data-items]");
const busy = new Set(); // items on their way to the server
const done = new Set(); // items that were decided here
let claimTimer = 0;
let syncTimer = 0;
let claimed = "";

export const items = () => [...list.querySelectorAll(".case:not([hidden])")];
export const heading = (card) => card.querySelector("h2");
export const current = () => document.activeElement?.closest?.("[data-items] .case") ?? list.querySelector(".case--now:not([hidden])") ?? items()[0];
const tokenHere = () => document.querySelector("form [name=csrf_token]")?.value ?? "";

/** Send fields and give what the server says: `{ ok, status, … }`; of a server that could not be reached, status 0. */
export async function send(path, fields) {
  const body = new URLSearchParams({ csrf_token: tokenHere(), ...fields });
  try {
    const answer = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
    return { ...(await answer.json().catch(() => ({}))), ok: answer.ok, status: answer.status };
  } catch {
    return { ok: false, status: 0 };
  }
}

/** A sentence for what went wrong. */
export function wrong({ status, error }) {
  if (status === 0) return navigator.onLine ? words.queueFailed : words.queueOffline;
  if (status === 401 || status === 403 || error === "expired") return words.queueSignedOut;
  return error && error.includes(" ") ? error : words.queueFailed;
}

/** Let this be the item that is worked on: it is marked, and others are told after a moment. */
export function take(card) {
  if (!card) return;
  for (const other of list.querySelectorAll(".case--now")) other.classList.toggle("case--now", other === card);
  card.classList.add("case--now");
  clearTimeout(claimTimer);
  if (claimed !== card.dataset.item) claimTimer = setTimeout(() => claim(card), CLAIM_MS);
}

async function claim(card) {
  const item = card.dataset.item;
  if (!card.isConnected || card.hidden || busy.has(item) || card.querySelector("[data-held]")) return;
  const answer = await send("/moderation/claim", { item });
  if (answer.ok && answer.taken) claimed = item;
  else if (answer.ok) complain(card, words.queueTaken);
}

/** Go to the item after (or before) this one. */
export function move(by) {
  const all = items();
  const at = all.indexOf(current());
  // Nothing is focused yet: the first is where one begins.
  const next = document.activeElement?.closest?.(".case") ? all[at + by] : all[at];
  if (next) jump(heading(next));
}

/** Say something went wrong with an item, on it. */
export function complain(card, text) {
  card.querySelector(":scope > .error")?.remove();
  const said = make("p", { class: "error gap", role: "alert", tabindex: "-1" }, text);
  heading(card).closest("header").after(said);
  return said;
}

/** Take an item off the page while it is decided, with the next one in its place at once. */
export function hide(card) {
  const all = items();
  const next = all[all.indexOf(card) + 1] ?? all[all.indexOf(card) - 1];
  busy.add(card.dataset.item);
  card.hidden = true;
  if (next) jump(heading(next));
  else jump(root.querySelector("[data-heading]"));
}

/** It could not be decided: it is back where it was, with the reason. */
export function back(card, text, { gone = false } = {}) {
  busy.delete(card.dataset.item);
  card.hidden = false;
  const said = complain(card, text);
  if (gone) for (const part of card.querySelectorAll("form, details")) part.remove();
  if (!document.activeElement?.closest("textarea, input, select")) jump(said);
}

/** It is decided: say so, with the way back. */
export function settle(card, answer) {
  const item = card.dataset.item;
  busy.delete(item);
  done.add(item);
  card.remove();
  tell(answer);
  say(answer.said, answer.way ? answer : null);
  if (answer.way) remember(answer);
  if (items().length < FEW_LEFT && root.dataset.more) more();
}

/** The numbers that the server has just counted. */
export function tell({ waiting, heading: said }) {
  if (Number.isInteger(waiting)) showWaiting(waiting);
  if (said) root.querySelector("[data-heading]").textContent = said;
  const left = items().length > 0;
  root.querySelector("[data-empty]").hidden = left || Boolean(root.dataset.more);
  if (!left) root.querySelector("[data-oldest]").textContent = "";
}

/** Above the items, for those who see it and those who hear it; `undo`: with the way back. */
export function say(text, undo = null) {
  const place = root.querySelector("[data-queue-said]");
  const line = make("p", { class: "notice notice--good" }, make("span", {}, text, " "));
  if (undo) line.firstElementChild.append(undoForm(undo, make("kbd", { "aria-hidden": "true" }, "u")));
  place.replaceChildren(line);
}

function undoForm({ item, way }, ...more) {
  const button = make("button", { type: "submit", class: "linkish" }, words.undo, " ", ...more);
  const form = make("form", { class: "one", "data-undo": "", method: "post", action: "/moderation/undo" }, button);
  for (const [name, value] of Object.entries({ csrf_token: tokenHere(), item, way })) form.append(make("input", { type: "hidden", name, value }));
  return form;
}

const MOST_REMEMBERED = 10;
const LATELY = `ke-decided:${document.documentElement.dataset.me ?? ""}`;

/** What was decided in this tab, the newest first: each with the way back, which only the server can read. */
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(LATELY)) ?? [];
  } catch {
    return [];
  }
}

function keep(all) {
  try {
    sessionStorage.setItem(LATELY, JSON.stringify(all));
  } catch {
    // then it can be undone until the page is left
  }
}

function remember({ item, way, label }) {
  keep([{ item, way, label }, ...remembered().filter((one) => one.item !== item)].slice(0, MOST_REMEMBERED));
  listLately({ item, way, label });
}

function listLately(one) {
  const section = root.querySelector("[data-lately]");
  const all = section.querySelector("ul");
  all.prepend(make("li", {}, make("span", {}, one.label), undoForm(one)));
  while (all.children.length > MOST_REMEMBERED) all.lastElementChild.remove();
  section.hidden = false;
}

/** It was taken back, or can't be. */
export function forget(item) {
  keep(remembered().filter((one) => one.item !== item));
  for (const form of root.querySelectorAll("[data-undo]")) if (form.querySelector("[name=item]").value === item) (form.closest("li") ?? form).remove();
  root.querySelector("[data-lately]").hidden = !root.querySelector("[data-lately] li");
}

/** It waits again: put it where it belongs, and go there. */
export async function restore(item) {
  done.delete(item);
  await sync();
  const card = list.querySelector(`[data-item="${CSS.escape(item)}"]`);
  if (card) jump(heading(card));
}

async function fetchPage(address) {
  const answer = await fetch(address, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-queue]");
}

let loading = false;

/** The items of the next page, below those that are here. */
async function more() {
  if (loading) return;
  loading = true;
  const query = new URLSearchParams(location.search);
  query.set("after", root.dataset.more);
  const fresh = await fetchPage(`/moderation?${query}`);
  loading = false;
  if (!fresh) return;
  for (const card of fresh.querySelectorAll("[data-items] .case")) if (isNew(card)) put(card, null);
  follow(fresh);
}

function follow(fresh) {
  root.dataset.more = fresh.dataset.more;
  root.querySelector("[data-further]").replaceChildren(...fresh.querySelector("[data-further]").childNodes);
  root.querySelector("[data-empty]").hidden = items().length > 0;
}

const isNew = (card) => !done.has(card.dataset.item) && !list.querySelector(`[data-item="${CSS.escape(card.dataset.item)}"]`);

function put(card, before) {
  card.classList.remove("case--now");
  list.insertBefore(card, before);
  localise(card);
  card.dispatchEvent(new CustomEvent("part:new", { bubbles: true }));
}

/** What the server has now: what came is put in its place, what others have decided goes, unless somebody is at it. */
export async function sync() {
  clearTimeout(syncTimer);
  syncTimer = 0;
  const fresh = await fetchPage(`/moderation${location.search}`);
  if (!fresh) return;
  const theirs = [...fresh.querySelectorAll("[data-items] .case")];
  const there = new Set(theirs.map((card) => card.dataset.item));
  let before = list.firstElementChild;
  for (const card of theirs) {
    const mine = list.querySelector(`[data-item="${CSS.escape(card.dataset.item)}"]`);
    if (mine) before = mine.nextElementSibling;
    else if (isNew(card)) put(card, before);
  }
  if (!fresh.dataset.more) for (const card of [...list.children]) if (!there.has(card.dataset.item)) leave(card);
  if (!root.dataset.more || !fresh.dataset.more) follow(fresh);
  root.querySelector("[data-oldest]").textContent = fresh.querySelector("[data-oldest]").textContent;
  const waiting = fresh.querySelector("[data-heading]").textContent;
  const count = fresh.ownerDocument.querySelector("[data-waiting]")?.dataset.waiting;
  if (!busy.size) tell({ waiting: Number(count), heading: waiting });
}

function leave(card) {
  if (busy.has(card.dataset.item) || card.querySelector(":scope > .error")) return;
  if (card.contains(document.activeElement)) back(card, words.queueGone, { gone: true });
  else card.remove();
}

if (root) {
  onQueue(() => (syncTimer ||= setTimeout(sync, GRACE_MS)));
  for (const one of remembered().reverse()) listLately(one);
  list.addEventListener("focusin", ({ target }) => take(target.closest(".case")));
}
