// New and changed posts, put into the open page where they don't move what is being read; otherwise they wait behind a pill.
import { holdingStill, icon, jump, make } from "./dom.js";
import { unfold } from "./folds.js";
import { live } from "./live.js";
import { keepMarks } from "./marks.js";
import { markPost, watchPost } from "./reading.js";
import { refresh } from "./refresh.js";
import { localise } from "./times.js";
import { words } from "./words.js";

// How deep lists nest in the markup (threads/rendering.py): deeper replies stand in the last list and say whom they answer.
const MOST_LISTS = 5;

const held = []; // came, not yet placed: {id, item, under}
const unseen = new Set(); // placed out of sight: articles
const elsewhere = [];
let root = null;
let pill = null;
let heard = null;
let far = null;

export function startInserting(thread) {
  root = thread;
  heard = make("span", { class: "sr", role: "status" });
  pill = make("button", { type: "button", class: "pill pill--live", hidden: "" });
  pill.addEventListener("click", showNext);
  document.body.append(heard, pill);
  root.addEventListener("post:read", ({ target }) => unseen.delete(target) && tell());
  live.on("post", (event) => isHere(event) && add(event));
  live.on("post_changed", (event) => isHere(event) && change(event));
  live.on("thread_changed", (event) => isHere(event) && !(event.isOld && isShown(event)) && refresh(root, event.answer));
}

function isHere({ thread }) {
  return String(thread) === root.dataset.threadId;
}

/** Whether this page, which was made after the event or in the same moment, says so already. */
function isShown({ answer, gone }) {
  return !gone && Boolean(answer) === ("answered" in root.dataset);
}

/** Return the <li data-post> of an event's HTML, which may hold the article alone. */
function parse({ html, post }) {
  const template = document.createElement("template");
  template.innerHTML = html; // made by the exchange's own renderer, and the policy of the page lets no script in it run
  localise(template.content);
  const item = template.content.querySelector("li[data-post]");
  if (item) return item;
  return make("li", { "data-post": post }, template.content.querySelector("article"));
}

function add(event) {
  if (document.getElementById(`p${event.post}`) || held.some(({ id }) => id === event.post)) return;
  const under = parentOf(event);
  if (event.isOld && !(under && wouldBeHere(under))) return;
  count(event.isOld ? 0 : 1);
  heard.textContent = words.newReplies(1);
  if (!under) return tellElsewhere(event.post);
  const item = parse(event);
  const article = item.querySelector("article");
  markPost(article);
  article.classList.add("is-fresh");
  const waiting = { id: event.post, item, under };
  if (isSafe(under)) put(waiting);
  else held.push(waiting);
  tell();
}

/** What a reply is put under on this page: the whole list, the item of its parent, or null when its place is on another page. */
function parentOf({ parent }) {
  const list = root.querySelector(".talk ol.tree, .talk ol.flat");
  const end = "lastPage" in root.dataset ? list : null;
  if (root.dataset.view === "flat") return end;
  const items = [...root.querySelectorAll("li[data-post]"), ...held.map(({ item }) => item)];
  const item = items.find((li) => li.dataset.post === String(parent));
  return item ?? (root.querySelector("[data-root]")?.dataset.root === String(parent) || isOpening(parent) ? end : null);
}

function isOpening(post) {
  return root.querySelector(".ask")?.id === `p${post}`;
}

/** Whether a page made by now would show it here, not on the next: so it is on the last page, and in a branch that ends on this one. */
function wouldBeHere(under) {
  if ("lastPage" in root.dataset) return true;
  return !under.contains([...root.querySelectorAll("li[data-post]")].at(-1));
}

/** Where exactly: the list, and the item after which it comes (null: at the end). */
function placeIn(under) {
  if (under.matches("ol")) return { list: under, after: null };
  let lists = 0;
  for (let list = under.closest("ol.tree"); list; list = list.parentElement.closest("ol.tree")) lists += 1;
  if (lists < MOST_LISTS) return { list: branchOf(under), after: null };
  return { list: under.parentElement, after: lastOfFamily(under) };
}

/** In the deepest list a reply's own replies follow it as siblings, each saying whom it answers. */
function lastOfFamily(item) {
  const family = new Set([item.dataset.post]);
  let last = item;
  for (let next = item.nextElementSibling; next; next = next.nextElementSibling) {
    if (!family.has(next.querySelector(".in-reply a")?.getAttribute("href").split("/").pop())) break;
    family.add(next.dataset.post);
    last = next;
  }
  return last;
}

/** The list of replies under a post; a first reply makes it. */
function branchOf(item) {
  const list = item.querySelector(":scope > details > ol");
  if (list) return list;
  const name = item.querySelector(".by b")?.textContent.trim() ?? "";
  const fold = make("summary", { class: "fold", "data-n": 0 }, icon("i-down"));
  fold.append(
    make("span", { class: "fold__open" }, words.fold),
    make("span", { class: "fold__shut" }, words.unfold),
    make("span", { class: "fold__count" }),
    make("span", { class: "sr" }, words.repliesTo(name)),
  );
  const made = make("ol", { class: "tree" });
  item.append(make("details", { class: "branch", open: "" }, fold, made));
  return made;
}

/** Below the screen nothing that is read moves; above it the page is held still. On the screen it would push what follows:
    that is well where nothing follows but a reply box in which nobody is writing. */
function isSafe(under) {
  if (!under.isConnected) return false; // it answers a post that waits itself
  const { bottom, height } = under.getBoundingClientRect();
  if (height > 0 && (bottom > innerHeight || bottom < 0)) return true;
  const last = [...root.querySelectorAll("article.post")].at(-1);
  const isEnd = under.matches("ol") || under.contains(last);
  return isEnd && !document.activeElement.closest("[data-reply-form]");
}

function put({ item, under }) {
  holdingStill(() => {
    const { list, after } = placeIn(under);
    if (after) after.after(item);
    else list.append(item);
    const fold = list.parentElement.matches("details") ? list.parentElement.querySelector(":scope > summary") : null;
    if (fold) recount(fold);
  });
  const article = item.querySelector("article");
  const { top, bottom, height } = article.getBoundingClientRect();
  if (!height || top > innerHeight || bottom < 0) unseen.add(article);
  watchPost(article);
}

function recount(fold) {
  const n = Number(fold.dataset.n) + 1;
  fold.dataset.n = n;
  const said = fold.querySelector(".fold__count");
  if (said) said.replaceChildren(String(n), make("span", { class: "fold__n" }, words.repliesWord(n)));
}

function count(by) {
  const said = root.querySelector("[data-reply-count]");
  if (!said) return;
  said.dataset.replyCount = Number(said.dataset.replyCount) + by;
  said.textContent = words.replies(Number(said.dataset.replyCount));
  root.dataset.total = Number(root.dataset.total) + by;
}

function tell() {
  const n = held.length + unseen.size;
  pill.hidden = n === 0;
  pill.replaceChildren(...(n ? [icon("i-reply"), words.newReplies(n)] : []));
}

/** The pill: place what waited, and go to the first that has not been seen. */
function showNext() {
  for (const waiting of held.splice(0)) {
    put(waiting);
    unseen.add(waiting.item.querySelector("article"));
  }
  const order = [...root.querySelectorAll("article.post")].filter((post) => unseen.has(post));
  const first = order[0];
  unseen.delete(first);
  tell();
  if (!first) return;
  unfold(first);
  jump(first);
}

function tellElsewhere(post) {
  elsewhere.push(post);
  far ??= make("p", { class: "notice elsewhere" });
  const link = make("a", { href: `/p/${elsewhere[0]}` }, words.seeIt);
  far.replaceChildren(icon("i-info"), make("span", {}, `${words.elsewhere(elsewhere.length)} `, link));
  if (!far.isConnected) root.querySelector(".talk")?.append(far);
}

/** An edited, hidden or removed post takes its new form in place, and keeps what is the reader's own about it. */
function change(event) {
  const old = document.getElementById(`p${event.post}`);
  const waits = held.find(({ id }) => id === event.post);
  if (waits && event.html) waits.item.querySelector("article").replaceWith(parse(event).querySelector("article"));
  if (!old) return;
  if (!event.html) return void refresh(root, event.post);
  const fresh = parse(event).querySelector("article");
  swap(old, fresh);
}

/** Replace one article by another without losing the focus, the place, or what is the reader's own about it. */
export function swap(old, fresh) {
  if (old.querySelector("[data-edit-here]")) return; // its author is changing it: what they have typed stays
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  if (old.matches(".post--new")) markPost(fresh);
  fresh.classList.toggle("post--mine", old.matches(".post--mine"));
  keepMarks(old, fresh);
  holdingStill(() => old.replaceWith(fresh));
  if (unseen.delete(old)) unseen.add(fresh);
  if (old.matches(".post--new, .is-fresh")) watchPost(fresh);
  if (held) jump(sameIn(fresh, held) ?? fresh, { scroll: false });
}

/** The control of another article that does what this one does. */
function sameIn(article, control) {
  const does = (one) => one.getAttribute("href") ?? one.getAttribute("formaction");
  return does(control) && [...article.querySelectorAll(control.localName)].find((one) => does(one) === does(control));
}
