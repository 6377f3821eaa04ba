// The unread badge and the number in the title: whatever the socket said last is true, on every tab.
import { live } from "./live.js";
import { toast } from "./dom.js";
import { words } from "./words.js";

const plainTitle = document.title.replace(/^\(\d+\+?\) /, "");
let burst = [];

live.on("unread", ({ unread }) => show(unread));
live.on("notification", (event) => {
  show(event.unread);
  if (event.isOld) return; // counted on this page, and told on the last one
  burst.push(event);
  if (burst.length === 1) setTimeout(announce, 300);
});

/** Show a count in every badge of the page and in the title. */
function show(unread) {
  if (!Number.isInteger(unread)) return;
  for (const badge of document.querySelectorAll("[data-unread-count]")) {
    badge.dataset.unreadCount = unread;
    badge.hidden = unread === 0;
    const shown = badge.querySelector("[data-unread-shown]") ?? badge;
    shown.textContent = words.badge(unread);
  }
  document.title = unread ? `(${words.badge(unread)}) ${plainTitle}` : plainTitle;
}

/** One toast for one event, one for many: coming back from a long absence must not rain. */
function announce() {
  const events = burst.filter((event) => !isBeforeTheirEyes(event));
  burst = [];
  if (events.length === 1) toast(events[0].text, { url: events[0].url });
  else if (events.length) toast(words.newThings(events.length), { url: "/notifications" });
}

function isBeforeTheirEyes({ thread }) {
  return !document.hidden && document.querySelector("[data-thread-id]")?.dataset.threadId === String(thread);
}
