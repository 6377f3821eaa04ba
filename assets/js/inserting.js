// New and changed posts, put into the open page where they don't move what is being read; otherwise they wait behind a pill.
import { holdingStill, icon, jump, make } from "./dom.js";
import { unfold } from "./folds.js";
import { live } from "./live.js";
import { markPost, watchPost } from "./reading.js";
import { refresh } from "./refresh.js";
import { localise } from "./times.js";
import { words } from "./words.js";

const held = []; // came, not yet placed: {element, place}
const unseen = new Set(); // placed out of sight: articles
let elsewhere = [];
let root = null;
let pill = null;
let far = null;

export function startInserting(thread) {
  root = thread;
  const corner = make("div", { role: "status" });
  pill = make("button", { type: "button", class: "pill pill--live" });
  corner.append(pill);
  pill.hidden = true;
  pill.addEventListener("click", showNext);
  document.body.append(corner);
  root.addEventListener("post:read", ({ target }) => unseen.delete(target) && tell());
  live.on("post", (event) => isHere(event) && add(event));
  live.on("post_changed", (event) => isHere(event) && change(event));
  live.on("thread_changed", (event) => isHere(event) && refresh(root, event.answer));
}

function isHere({ thread }) {
  return String(thread) === root.dataset.threadId;
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
  const place = placeFor(event);
  if (event.isOld && !(place && wouldBeHere(event))) return;
  count(event.isOld ? 0 : 1);
  if (!place) {
    elsewhere.push(event.post);
    return tellElsewhere();
  }
  const item = parse(event);
  const mark = item.querySelector("article");
  markPost(mark);
  mark.classList.add("is-fresh");
  if (isSafe(place)) put({ item, place });
  else held.push({ id: event.post, item, place });
  tell();
}

/** Where a post belongs on this page: a function that gives the list, made when it is needed; null when it is on another page. */
function placeFor({ parent }) {
  const top = root.querySelector(".talk ol.tree, .talk ol.flat");
  const atEnd = top && "lastPage" in root.dataset ? { list: () => top, before: top } : null;
  if (root.dataset.view === "flat") return atEnd;
  const item = [...root.querySelectorAll("li[data-post]")].find((li) => li.dataset.post === String(parent));
  if (item) return { list: () => branchOf(item), before: item };
  const waits = held.find(({ id }) => id === parent);
  if (waits) return { list: () => branchOf(waits.item), before: waits.place.before, after: waits };
  return root.querySelector(".ask")?.id === `p${parent}` ? atEnd : null;
}

/** Whether a page made by now would show it here, not on the next: so it is on the last page, and in a branch that ends on this one. */
function wouldBeHere({ parent }) {
  if ("lastPage" in root.dataset) return true;
  const items = [...root.querySelectorAll("li[data-post]")];
  const item = items.find((li) => li.dataset.post === String(parent));
  return Boolean(item) && !item.contains(items.at(-1));
}

/** The list of replies under a post; a first reply makes it. */
function branchOf(item) {
  const list = item.querySelector(":scope > details > ol");
  if (list) return list;
  const name = item.querySelector(".by b")?.textContent.trim() ?? "";
  const fold = make("summary", { class: "fold", "data-n": 0 }, icon("i-down"));
  fold.append(
    make("span", { class: "fold__open" }, "Fold"),
    make("span", { class: "fold__shut" }, "Show"),
    make("span", { class: "fold__count" }),
    make("span", { class: "sr" }, ` to ${name}`),
  );
  const made = make("ol", { class: "tree" });
  item.append(make("details", { class: "branch", open: "" }, fold, made));
  return made;
}

/** Below the screen nothing that is read moves; above it the page is held still. On the screen it would push, so it waits. */
function isSafe({ before, after }) {
  if (after) return false;
  const { bottom, height } = before.getBoundingClientRect();
  const isShown = height > 0;
  return !isShown || bottom > innerHeight || bottom < 0;
}

function put({ item, place }) {
  holdingStill(() => {
    const list = place.list();
    list.append(item);
    const fold = list.parentElement.matches("details") ? list.parentElement.querySelector(":scope > summary") : null;
    if (fold) recount(fold);
  });
  const article = item.querySelector("article");
  unseen.add(article);
  watchPost(article);
}

function recount(fold) {
  const n = Number(fold.dataset.n) + 1;
  fold.dataset.n = n;
  const said = fold.querySelector(".fold__count");
  if (said) said.replaceChildren(String(n), make("span", { class: "fold__n" }, n === 1 ? " reply" : " replies"));
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
  for (const waiting of held.splice(0)) put(waiting);
  const order = [...root.querySelectorAll("article.post")].filter((post) => unseen.has(post));
  const first = order[0];
  unseen.delete(first);
  tell();
  if (!first) return;
  unfold(first);
  jump(first);
}

function tellElsewhere() {
  far ??= make("p", { class: "notice elsewhere", role: "status" });
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

/** Replace one article by another without losing the focus, the place or the mark. */
export function swap(old, fresh) {
  const hadFocus = old.contains(document.activeElement);
  if (old.matches(".post--new")) markPost(fresh);
  holdingStill(() => old.replaceWith(fresh));
  if (unseen.delete(old)) unseen.add(fresh);
  if (old.matches(".post--new, .is-fresh")) watchPost(fresh);
  if (hadFocus) jump(fresh, { scroll: false });
}
