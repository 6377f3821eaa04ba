// The unread badge, the number in the title, and toasts of notices: whatever the socket said last is true, on every tab.
import { desk, ownTitle, retitle } from "./desk.js";
import { live } from "./live.js";
import { toast } from "./dom.js";
import { words } from "./words.js";

const BURST_MS = 300; // what comes together is told together

const plainTitle = ownTitle.replace(/^\(\d+\+?\) /, "");
let burst = [];
let newest = 0n; // when what is shown was counted
let told = []; // toasts on the page, and of which notices each is

live.on("unread", (event) => {
  show(event);
  withdraw(event);
});
live.on("notification", (event) => {
  show(event);
  // Quiet: the member wishes to be left in peace, or has read it. Old: counted on this page, and told on the last one.
  if (event.quiet || event.isOld) return;
  burst.push(event);
  if (burst.length === 1) setTimeout(announce, BURST_MS);
});

/** Show a count in every badge of the page and in the title, unless one that was counted later is shown already: two processes, or a
    socket and a plain request, may bring theirs out of order. */
function show({ unread, counted }) {
  if (!Number.isInteger(unread) || BigInt(counted ?? 0) < newest) return;
  newest = BigInt(counted ?? 0);
  for (const badge of document.querySelectorAll("[data-unread-count]")) {
    badge.dataset.unreadCount = unread;
    badge.hidden = unread === 0;
    const shown = badge.querySelector("[data-unread-shown]") ?? badge;
    shown.textContent = words.badge(unread);
  }
  retitle(unread ? `(${words.badge(unread)}) ${plainTitle}` : plainTitle);
}

/** One toast for one event, one for many: coming back from a long absence must not rain. */
function announce() {
  const events = burst.filter((event) => !isBeforeTheirEyes(event));
  burst = [];
  if (events.length) tell(events);
}

function tell(events) {
  told.push({ events, ...toast(...saying(events)) });
}

function saying(events) {
  const [first, ...more] = events;
  if (more.length) return [desk.isHushed ? words.somethingNew : words.newThings(events.length), { url: "/notifications" }];
  return [desk.isHushed ? words.somethingNew : first.text, { url: first.url }];
}

/** Something was read, here or on another device: take away the toasts of it, and leave those that still say something new. Where
    nobody says what was read (all of it, a whole network), all of them go; list and badge tell what is left. */
function withdraw({ unread, thread, post }) {
  const isRead = (event) => unread === 0 || !thread || (event.thread === thread && BigInt(event.post) <= BigInt(post));
  burst = burst.filter((event) => !isRead(event));
  told = told.filter(({ box }) => box.isConnected);
  for (const one of told) {
    const left = one.events.filter((event) => !isRead(event));
    if (left.length === 0) one.close();
    else if (left.length < one.events.length) change(one, left);
  }
}

function change(one, events) {
  const [text, { url }] = saying(events);
  const link = one.box.querySelector("a");
  one.events = events;
  link.textContent = text;
  link.href = url;
}

function isBeforeTheirEyes({ thread }) {
  return !document.hidden && document.querySelector("[data-thread-id]")?.dataset.threadId === String(thread);
}
