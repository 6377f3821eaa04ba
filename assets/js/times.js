// Times: the exact one in the reader's zone on hover, and "5 min ago" for as long as that is how people say it.
import { ago } from "./words.js";

const RECENT_SECONDS = 12 * 3600;
const zone = document.documentElement.dataset.zone || undefined;
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone: zone });

/** Set the words and the hover text of every time in `root`. */
export function localise(root = document) {
  for (const element of root.querySelectorAll("time[datetime*='T']")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    element.title = exact.format(at);
    const seconds = (Date.now() - at) / 1000;
    const isRecent = seconds >= 0 && seconds < RECENT_SECONDS && !("exact" in element.dataset);
    if (isRecent) element.textContent = seconds < 60 ? "just now" : ago(seconds);
  }
}

localise();
setInterval(() => document.hidden || localise(), 60_000);
