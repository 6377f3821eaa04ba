// What the reader has read: marks on what is new since last time, and word to the server of what has been on the screen.
import { isCovered } from "./desk-cover.js";
import { make } from "./dom.js";
import { live } from "./live.js";
import { words } from "./words.js";

const READ_MS = 2000;
const TELL_MS = 1500;

let watcher = null;

export function startReading(root) {
  const last = BigInt(root.dataset.lastRead || 0);
  const mine = new Set((root.dataset.mine ?? "").split(" "));
  const posts = [...root.querySelectorAll("article.post")];
  for (const post of posts) post.classList.toggle("post--mine", mine.has(post.id.slice(1)));
  const unread = new Map(posts.map((post) => [BigInt(post.id.slice(1)), post]).filter(([id]) => id > last));
  if (last > 0n) markNew([...unread.values()].filter((post) => !mine.has(post.id.slice(1))));
  const glimpsed = new Set();
  const timers = new Map();
  const read = readNotes(root, unread, glimpsed, last);
  watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const id = BigInt(target.id.slice(1));
        clearTimeout(timers.get(id));
        if (!isIntersecting) continue;
        glimpsed.add(id);
        timers.set(id, setTimeout(() => check(target, id), READ_MS));
      }
    },
    // A post counts when its middle part is on the screen: half of it, or as much of a long one as a screen holds.
    { rootMargin: "-15% 0px -15% 0px" },
  );
  const check = (post, id) => {
    if (document.hidden || isCovered()) {
      timers.set(id, setTimeout(() => check(post, id), READ_MS));
      return;
    }
    watcher.unobserve(post);
    read(id);
    post.dispatchEvent(new CustomEvent("post:read", { bubbles: true }));
  };
  watchPost = (post) => {
    unread.set(BigInt(post.id.slice(1)), post);
    watcher.observe(post);
  };
  for (const post of unread.values()) watcher.observe(post);
  const known = posts.map((post) => BigInt(post.id.slice(1))).filter((id) => id <= last);
  if (known.length) setTimeout(() => again(root, known), READ_MS);
}

/** That somebody has come back to what they have read is told once, for the list of what was read last. */
function again(root, known) {
  if (document.hidden || isCovered()) return void setTimeout(() => again(root, known), READ_MS);
  const newest = String(known.reduce((a, b) => (a > b ? a : b)));
  if (!live.seen(root.dataset.threadId, newest)) post(root.dataset.threadId, newest);
}

/** Begin to watch for a post that has just come. Set as soon as reading starts. */
export let watchPost = () => {};

function markNew(posts) {
  posts.forEach(markPost);
  const first = posts.find((post) => !post.matches(".ask"));
  first?.before(make("p", { class: "unread-line", id: "unread" }, words.newSince));
}

/** Put the word "New" on a post. */
export function markPost(post) {
  post.classList.add("post--new");
  const by = post.querySelector(".by");
  if (by) by.dataset.new = words.newMark;
}

/** Collect what has been read. The server keeps one number, the newest post up to which all is read. So that a new post in an early
    branch does not make older ones read that nobody has seen, it goes no further than the first that was never on the screen;
    what was folded away by choice, or scrolled past, does not hold it back. */
function readNotes(root, unread, glimpsed, last) {
  let told = last;
  let most = last;
  let timer = 0;
  const tell = () => {
    timer = 0;
    const never = [...unread].filter(([id, post]) => !glimpsed.has(id) && !post.closest("details:not([open])")).map(([id]) => id);
    const upTo = [...glimpsed].filter((id) => id <= most && never.every((other) => id < other)).reduce((a, b) => (a > b ? a : b), last);
    if (upTo <= told) return;
    told = upTo;
    if (!live.seen(root.dataset.threadId, String(upTo))) post(root.dataset.threadId, String(upTo));
  };
  return (id) => {
    if (id > most) most = id;
    timer ||= setTimeout(tell, TELL_MS);
  };
}

/** Without a socket: what the button "Mark as read to here" sends. */
function post(thread, id) {
  const token = document.querySelector("form [name=csrf_token]")?.value;
  if (!token) return;
  const data = new URLSearchParams({ csrf_token: token, post: id });
  fetch(`/t/${thread}/read`, { method: "POST", body: data, keepalive: true }).catch(() => {}); // the next visit tells it again
}
