// What the member has chosen for a desk that others can see, for the scripts that go by it; the server says it on <html>.
import { words } from "./words.js";

const { desk: chosen = "", blurAfter = "0" } = document.documentElement.dataset;
const marks = new Set(chosen.split(" "));
const MINUTE_MS = 60_000;

export const desk = {
  isUntitled: marks.has("untitled"), // the title is "Notes" on every page, and stays so
  isHushed: marks.has("hushed"), // short messages name nothing
  isPlain: marks.has("plain"), // no words of titles in addresses
  hasExit: marks.has("exit"),
  blurAfterMs: Number(blurAfter) * MINUTE_MS, // 0: never
};

/** As the server gave it. */
export const ownTitle = document.title;

let title = ownTitle;
let isMasked = false;

/** Give the page another title; every script that does comes here. */
export function retitle(text) {
  title = text;
  show();
}

/** Show the title that says nothing, or again the page's own. */
export function maskTitle(on) {
  isMasked = on;
  show();
}

function show() {
  document.title = desk.isUntitled || isMasked ? words.neutralTitle : title;
}
