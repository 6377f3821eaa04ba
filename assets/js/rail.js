// The position rail: the whole thread to scale, all its pages, however many posts it has. The places to jump to lie on a track, what is new
// is marked on it, and a thumb shows where one is; pressing or dragging goes to the post at that height.
import { make } from "./dom.js";
import { unfold } from "./folds.js";
import { words } from "./words.js";

const LEAST_GAP = 0.13; // of the track's height: two lines of a label

const LEAST_POSTS = 8; // a shorter thread is seen whole: its places stay a plain list

const root = document.querySelector(".thread[data-thread-id]");
const thumb = make("span", { class: "thumb" });
let track = null;
let title = null;
let dragged = 0; // the post that is dragged to, 0 while nothing is dragged
const isLong = Number(root?.dataset.total) >= LEAST_POSTS;
const posts = () => [...root.querySelectorAll("article.post")];
const before = () => Number(root.dataset.before ?? 0);
const total = () => Math.max(Number(root.dataset.total) || 0, before() + posts().length, 2);
/** Where on the track the n-th post lies, from 0 to 1. */
const placeOf = (n) => Math.min(1, Math.max(0, (n - 1) / (total() - 1)));
if (isLong && document.querySelector("[data-track]") && matchMedia("(min-width: 52rem)").matches) start();

function start() {
  take(document.querySelector("[data-track]"));
  title = track.closest("section")?.querySelector("h2");
  let asked = false;
  const update = () => {
    asked = false;
    if (!dragged) show();
  };
  addEventListener("scroll", () => (asked ||= Boolean(requestAnimationFrame(update))), { passive: true });
  root.addEventListener("part:new", ({ target }) => {
    if (!target.matches("[data-track]")) return;
    take(target);
    update();
  });
  root.addEventListener("post:read", mark);
  update();
}

function take(element) {
  track = element;
  track.classList.add("track--live");
  lay();
  track.prepend(thumb);
  mark();
  track.addEventListener("pointerdown", press);
}

/** Lay the stops to scale by their place on this page, or the ordinal that the server gives (data-n), and keep their labels apart. */
function lay() {
  const here = posts().map((post) => post.id.slice(1));
  const stops = [...track.querySelectorAll("a")];
  const place = (stop) => {
    const at = here.indexOf(idOf(stop));
    return placeOf(at >= 0 ? before() + at + 1 : Number(stop.dataset.n ?? 1));
  };
  stops.sort((a, b) => place(a) - place(b));
  const places = stops.map(place);
  for (let i = 1; i < places.length; i += 1) places[i] = Math.max(places[i], places[i - 1] + LEAST_GAP);
  for (let i = places.length - 1, room = 1; i >= 0; i -= 1, room -= LEAST_GAP) places[i] = Math.min(places[i], room);
  stops.forEach((stop, i) => stop.style.setProperty("--at", `${places[i] * 100}%`));
}

/** The post to which a stop leads: "/p/<id>", or "…#p<id>" on a page of the thread. */
function idOf(stop) {
  return (/^#p(\d+)$/.exec(stop.hash) ?? /\/p\/(\d+)$/.exec(stop.pathname))?.[1];
}

/** A mark on the track for each post of this page that is still new. */
function mark() {
  for (const old of track.querySelectorAll(".tick-new")) old.remove();
  posts().forEach((post, at) => {
    if (!post.matches(".post--new") || post.matches(".post--mine")) return;
    const tick = make("span", { class: "tick-new" });
    tick.style.setProperty("--at", `${placeOf(before() + at + 1) * 100}%`);
    track.append(tick);
  });
}

/** Show where one is: the post at the upper third of the screen. */
function show() {
  const all = posts();
  const at = Math.max(0, all.findLastIndex((post) => post.getBoundingClientRect().top < innerHeight / 3));
  const post = all[at];
  say(post?.matches(".ask") ? 1 : before() + at + 1, post?.querySelector(".by time")?.textContent);
  for (const stop of track.querySelectorAll("a")) {
    if (post && idOf(stop) === post.id.slice(1)) stop.setAttribute("aria-current", "location");
    else stop.removeAttribute("aria-current");
  }
}

function say(n, when = "") {
  thumb.style.setProperty("--at", `${placeOf(n) * 100}%`);
  title?.replaceChildren(words.place(n, total()), ...(when ? [make("small", {}, when)] : []));
}

/** On the bare track a press begins; letting go anywhere goes to the post at that height. */
function press(event) {
  if (event.button || (event.target !== track && event.target !== thumb)) return;
  event.preventDefault();
  const wanted = ({ clientY }) => {
    const box = track.getBoundingClientRect();
    dragged = Math.round(Math.min(1, Math.max(0, (clientY - box.top) / box.height)) * (total() - 1)) + 1;
    say(dragged);
  };
  const end = ({ type }) => {
    track.removeEventListener("pointermove", wanted);
    const n = dragged;
    dragged = 0;
    if (type === "pointerup") go(n);
    else show();
  };
  track.setPointerCapture(event.pointerId);
  track.addEventListener("pointermove", wanted);
  for (const type of ["pointerup", "pointercancel"]) track.addEventListener(type, end, { once: true });
  wanted(event);
}

/** To the n-th post: on this page, or on the one that holds it. */
function go(n) {
  const post = posts()[n - 1 - before()];
  if (!post) return location.assign(`/t/${root.dataset.threadId}?at=${n}`);
  unfold(post);
  post.scrollIntoView();
}
