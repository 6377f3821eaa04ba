// Keyboard shortcuts, for those who want them: single letters can be switched off (WCAG 2.1.4), and "?" tells them all.
import { desk } from "./desk.js";
import { jump, make } from "./dom.js";
import { isOff, OFF } from "./keys-off.js";
import { answer } from "./replying.js";
import { bookmark } from "./shelf.js";

const CHORD_MS = 1200;
const GO = { b: "/bookmarks", h: "/", n: "/networks", r: "/recent", u: "/notifications", m: "/me" };
const QUEUE = [
  ["1, 2, 3", "In the queue: decide, as on the buttons"],
  ["u", "In the queue: undo the last decision"],
  ["n", "In the queue: write a note"],
  ["Ctrl Enter", "In the queue: send the reason with the decision"],
];
const HELP = [
  ["j, k", "Next and previous post or thread"],
  ...(document.querySelector("[data-queue]") ? QUEUE : []),
  ["r", "Reply to the post that has the focus, or to the question"],
  ["u", "First post that is new to you"],
  ["/", "Search"],
  ["b", "Bookmark the post that has the focus, or is at the top of the screen"],
  ["g h", "Home"],
  ["g n", "Networks"],
  ["g u", "Notifications"],
  ["g b", "Bookmarks"],
  ["g r", "Recently read"],
  ["g m", "My membership"],
  ["?", "This list"],
  ["Esc", "Close a menu or this list"],
  ...(desk.hasExit ? [["Esc, Esc, Esc", "Leave quickly"]] : []),
];

let chord = 0;

if (document.body.matches(".member")) {
  document.addEventListener("keydown", press);
  document.addEventListener("click", (event) => event.target.closest("[data-show-keys]") && help());
}

function press(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable], dialog")) return;
  if (event.key !== "?" && isOff()) return;
  const verb = Date.now() - chord < CHORD_MS ? null : VERBS[event.key];
  if (Date.now() - chord < CHORD_MS && GO[event.key]) location.assign(GO[event.key]);
  chord = event.key === "g" ? Date.now() : 0;
  if (!verb) return;
  event.preventDefault();
  verb();
}

const VERBS = { j: () => move(1), k: () => move(-1), r: reply, u: firstNew, b: keep, "/": search, "?": help };

/** The things to walk through: the posts of a thread, or the rows of a list. */
function stops() {
  const posts = document.querySelectorAll(".thread article.post");
  const all = posts.length ? posts : document.querySelectorAll(".row__title a, .case h2 a");
  return [...all].filter((stop) => stop.checkVisibility?.() ?? stop.offsetParent);
}

function move(by) {
  const all = stops();
  const at = all.findIndex((stop) => stop.contains(document.activeElement));
  const next = at >= 0 ? at + by : nearest(all, by);
  if (all[next]) jump(all[next], { scroll: true });
}

/** With nothing focused yet: the first that begins on the screen, or the one above it. */
function nearest(all, by) {
  const first = all.findIndex((stop) => stop.getBoundingClientRect().top >= 0);
  return by > 0 ? first : first - 1;
}

function reply() {
  const form = document.querySelector("[data-reply-form]");
  if (form) answer(form, document.activeElement.closest("article.post:not(.ask)"));
}

/** To the box; where the page has no room for it, to the page of the search. */
function search() {
  const box = [...document.querySelectorAll("[role=search] input[type=search]")].find((input) => input.offsetParent);
  if (!box) return location.assign("/search");
  box.focus();
  box.select();
}

function keep() {
  const all = document.querySelectorAll(".thread article.post");
  const post = document.activeElement.closest("article.post") ?? [...all].find((one) => one.getBoundingClientRect().bottom > innerHeight / 4);
  if (post) bookmark(post);
}

function firstNew() {
  jump(document.querySelector(".unread-line + .post, .post--new"));
}

function help() {
  const list = make("dl");
  for (const [key, text] of HELP) list.append(make("dt", {}, ...key.split(/(?<=[a-z]) |, /).flatMap((k) => [make("kbd", {}, k), " "])), make("dd", {}, text));
  const box = make("input", { type: "checkbox" });
  box.checked = !isOff();
  box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "0" : "1"));
  const close = make("button", { class: "btn", value: "close" }, "Close");
  const form = make("form", { method: "dialog" }, make("p", { class: "btns gap" }, close));
  const tick = make("label", { class: "tick" }, box, make("span", {}, "Use single-letter shortcuts in this browser"));
  const dialog = make("dialog", { class: "keys", "aria-labelledby": "keys-title" }, make("h2", { id: "keys-title" }, "Keyboard shortcuts"), list, tick, form);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
