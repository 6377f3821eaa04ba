// The cover over a page that was left alone for as long as the member has chosen, or that was left by the quick way out and is come back
// to. It keeps out glances; what stands on the page stays as it is, the text in its forms too.
import { desk, maskTitle } from "./desk.js";
import { make, moving } from "./dom.js";
import { words } from "./words.js";

const CHECK_MS = 3000;
const NOTE_MS = 2000; // the other tabs are told no more often
const MOVED_BY_US_MS = 500; // a scroll so soon after the page was moved by a script is nobody's hand
const SIGNS = ["keydown", "pointerdown", "pointermove", "touchstart", "touchmove", "wheel", "scroll", "focusin"];
const LAST = "ke-last-touch"; // for all tabs
const COVERED = "ke-covered"; // for this tab, from page to page

const root = document.documentElement;
let last = Date.now();
let noted = 0;
let pointer = "";
let box = null;

if (desk.blurAfterMs || desk.hasExit) start();
else stored("sessionStorage", COVERED, null);

/** Whether nobody can see what is on the page. */
export function isCovered() {
  return box !== null;
}

/** Have the next page of this tab covered, too. */
export function coverNext() {
  stored("sessionStorage", COVERED, "1");
}

/** Cover the page until "Show again" is pressed. */
export function cover() {
  if (box) return;
  coverNext();
  const button = make("button", { type: "button", class: "btn btn--main" }, words.showAgain);
  const heading = make("h2", { id: "cover-title" }, words.covered);
  box = make("dialog", { class: "cover", "aria-labelledby": "cover-title", closedby: "none" }, heading, make("p", {}, words.coveredMore), button);
  button.addEventListener("click", uncover);
  box.addEventListener("cancel", (event) => event.preventDefault());
  box.addEventListener("close", ({ target }) => target === box && box.showModal()); // browsers may close it all the same, at the second Escape
  root.classList.add("covered");
  maskTitle(true);
  document.body.append(box);
  box.showModal(); // all else is out of reach, and not read aloud
}

function uncover() {
  touched(); // before the focus goes back, which is a sign, too
  const old = box;
  box = null;
  stored("sessionStorage", COVERED, null);
  root.classList.remove("covered");
  maskTitle(false);
  old.close();
  old.remove();
}

function start() {
  addEventListener("pageshow", ({ persisted }) => persisted && stored("sessionStorage", COVERED) && cover());
  // A page that the browser had thrown away comes back by itself, touched by nobody.
  if (desk.blurAfterMs && !document.wasDiscarded) touched();
  if (stored("sessionStorage", COVERED)) cover();
  if (!desk.blurAfterMs) return;
  for (const sign of SIGNS) addEventListener(sign, sense, { capture: true, passive: true });
  for (const back of ["visibilitychange", "focus", "pageshow"]) addEventListener(back, check, { capture: true });
  setInterval(check, CHECK_MS);
  check();
}

function check() {
  if (isStale()) cover();
}

/** Whether nothing was touched for too long, in any tab. */
function isStale() {
  return Date.now() - Math.max(last, Number(stored("localStorage", LAST))) >= desk.blurAfterMs;
}

/** Something may have been touched. What comes after too long a pause doesn't undo the pause. */
function sense(event) {
  if (box || isNobody(event)) return;
  if (isStale()) cover();
  else touched();
}

/** A page that moves under a pointer at rest, or is moved by a script, makes the same events as a hand. */
function isNobody({ type, screenX, screenY }) {
  if (type === "scroll") return Date.now() - moving.at < MOVED_BY_US_MS;
  if (type !== "pointermove") return false;
  const was = pointer;
  pointer = `${screenX} ${screenY}`;
  return was === pointer;
}

function touched() {
  last = Date.now();
  if (last - noted < NOTE_MS) return;
  noted = last;
  stored("localStorage", LAST, String(last));
}

/** Read a value, or write it (null: remove it). Browsers may refuse their stores: then each page counts for itself. */
function stored(store, key, value) {
  try {
    if (value === undefined) return window[store].getItem(key);
    return value === null ? window[store].removeItem(key) : window[store].setItem(key, value);
  } catch {
    return null;
  }
}
