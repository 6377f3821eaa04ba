// The thread itself changed (answered, locked, moved): fetch this page again and swap the parts that tell of it. What a reader may
// see and do is the server's to say, so it is asked rather than guessed.
import { holdingStill, replace } from "./dom.js";
import { swap } from "./inserting.js";
import { localise } from "./times.js";

const SPREAD_MS = 1500; // a thousand open pages must not ask in the same instant

let due = 0;
let wanted = new Set();

/** Fetch this page anew, soon; `post` is one whose article changed too. */
export function refresh(root, post = null) {
  if (post) wanted.add(String(post));
  due ||= setTimeout(() => (document.hidden ? later(root) : fetchPage(root)), Math.random() * SPREAD_MS);
}

function later(root) {
  document.addEventListener("visibilitychange", () => fetchPage(root), { once: true });
}

async function fetchPage(root) {
  due = 0;
  const answer = await fetch(location.pathname + location.search, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer) return;
  if (answer.status === 404) return location.reload(); // moved to where this reader may not follow
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector(".thread[data-thread-id]");
  if (!fresh) return location.reload(); // signed out, or no longer a member
  localise(fresh);
  holdingStill(() => takeOver(root, fresh));
}

function takeOver(root, fresh) {
  for (const region of root.querySelectorAll("[data-region]")) {
    const other = fresh.querySelector(`[data-region="${region.dataset.region}"]`);
    // A reply box stays the one that is being used; only its coming and going (locked, joined) is taken over.
    const isSameBox = region.querySelector("textarea") && other?.querySelector("textarea");
    const isEdited = region.querySelector("[data-edit-here]");
    if (!other || isSameBox || isEdited) continue;
    replace(region, other);
    other.dispatchEvent(new CustomEvent("part:new", { bubbles: true }));
  }
  for (const name of ["mayAccept", "answered", "lastPage"]) {
    if (name in fresh.dataset) root.dataset[name] = fresh.dataset[name];
    else delete root.dataset[name];
  }
  for (const post of [...root.querySelectorAll("article.post")]) {
    const other = fresh.querySelector(`#${post.id}`);
    const differs = other && post.matches(".post--answer") !== other.matches(".post--answer");
    if (other && !post.matches(".ask") && (differs || wanted.has(post.id.slice(1)))) swap(post, other);
  }
  wanted = new Set();
}
