// How much waits for a moderator, in the navigation of every page. An event says only that it has changed: the number is asked for.
import { live } from "./live.js";

const SOON_MS = 400; // several changes at once are one question

let timer = 0;
const followers = [];

/** Call `listener` a little after something came into the queue or left it. */
export function onQueue(listener) {
  followers.push(listener);
}

/** Show how much waits wherever the page says it. */
export function showWaiting(count) {
  for (const place of document.querySelectorAll("[data-waiting]")) {
    place.dataset.waiting = count;
    place.hidden = count === 0;
    place.querySelector("[data-waiting-shown]").textContent = count > 99 ? "99+" : String(count);
  }
}

live.on("queue", () => (timer ||= setTimeout(ask, SOON_MS)));

async function ask() {
  timer = 0;
  for (const listener of followers) listener();
  if (followers.length || !document.querySelector("[data-waiting]")) return;
  try {
    const answer = await fetch("/moderation/waiting", { headers: { Accept: "application/json" } });
    if (answer.ok) showWaiting((await answer.json()).waiting);
  } catch {
    // the next event, or the next page, tells it
  }
}
