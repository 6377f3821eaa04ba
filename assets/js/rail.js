// The position rail: the places to jump to lie to scale on a track, and a thumb shows how far one is.
import { make } from "./dom.js";
import { words } from "./words.js";

const LEAST_GAP = 0.13; // of the track's height: two lines of a label

const LEAST_POSTS = 8; // a shorter thread is seen whole: its places stay a plain list

const root = document.querySelector(".thread[data-thread-id]");
const thumb = make("span", { class: "thumb" });
let track = null;
const isLong = Number(root?.dataset.total) >= LEAST_POSTS;
if (isLong && document.querySelector("[data-track]") && matchMedia("(min-width: 52rem)").matches) start();

function start() {
  take(document.querySelector("[data-track]"));
  const title = track.closest("section")?.querySelector("h2");
  const before = Number(root.dataset.before ?? 0);
  let asked = false;
  const update = () => {
    asked = false;
    const posts = [...root.querySelectorAll("article.post")];
    const total = Math.max(Number(root.dataset.total) || 0, before + posts.length, 1);
    const middle = innerHeight / 3;
    const at = Math.max(0, posts.findLastIndex((post) => post.getBoundingClientRect().top < middle));
    const isRoot = posts[at]?.matches(".ask");
    const place = isRoot ? 1 : before + at + 1;
    thumb.style.setProperty("--at", `${((place - 1) / total) * 100}%`);
    if (title) title.textContent = words.place(place, total);
    current(posts[at]);
  };
  addEventListener("scroll", () => (asked ||= Boolean(requestAnimationFrame(update))), { passive: true });
  root.addEventListener("click", (event) => event.target === track && go(event));
  root.addEventListener("part:new", ({ target }) => {
    if (!target.matches("[data-track]")) return;
    take(target);
    update();
  });
  update();
}

function take(element) {
  track = element;
  track.classList.add("track--live");
  lay();
  track.prepend(thumb);
}

/** Lay the stops to scale by the ordinal that the server gives (data-n of the total), and keep their labels apart. */
function lay() {
  const total = Math.max(Number(root.dataset.total) || 1, 2);
  const stops = [...track.querySelectorAll("a")];
  const places = stops.map((stop) => Math.min(1, (Number(stop.dataset.n ?? 1) - 1) / (total - 1)));
  for (let i = 1; i < places.length; i += 1) places[i] = Math.max(places[i], places[i - 1] + LEAST_GAP);
  for (let i = places.length - 1, room = 1; i >= 0; i -= 1, room -= LEAST_GAP) places[i] = Math.min(places[i], room);
  stops.forEach((stop, i) => stop.style.setProperty("--at", `${places[i] * 100}%`));
}

function current(post) {
  for (const stop of track.querySelectorAll("a")) {
    if (post && stop.hash === `#${post.id}`) stop.setAttribute("aria-current", "location");
    else stop.removeAttribute("aria-current");
  }
}

/** A click on the bare track goes to the post at that height, as far as this page holds it. */
function go({ offsetY }) {
  const posts = [...root.querySelectorAll("article.post")];
  const total = Number(root.dataset.total) || posts.length;
  const wanted = Math.round((offsetY / track.clientHeight) * (total - 1)) - Number(root.dataset.before ?? 0);
  posts[Math.max(0, Math.min(posts.length - 1, wanted))].scrollIntoView();
}
