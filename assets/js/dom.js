// Small helpers for the page itself.
import { words } from "./words.js";

/** Return a new element with attributes and with children, which may be text. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** Return an icon of the sprite; its address is read from one that the page already shows. */
export function icon(id, kind = "ico") {
  const sprite = document.querySelector("svg use")?.getAttribute("href").split("#")[0] ?? "";
  const SVG = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", kind);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${sprite}#${id}`);
  svg.append(use);
  return svg;
}

/** Bring an element into view and give it the focus. */
export function jump(element, { scroll = true } = {}) {
  if (!element) return;
  if (!element.matches("a, button, input, textarea, select, [tabindex]")) element.tabIndex = -1;
  if (scroll) element.scrollIntoView({ block: "start", behavior: "auto" });
  element.focus({ preventScroll: true });
}

/** Replace a part of the page. The focus stays on the control that it was on, or goes to the new part where that one is gone. */
export function replace(old, fresh) {
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(fresh);
  if (!held) return;
  const isSame = (other) => other.getAttribute("href") === held.getAttribute("href") && other.textContent === held.textContent;
  jump([...fresh.querySelectorAll(held.localName)].find(isSame) ?? fresh, { scroll: false });
}

const line = document.querySelector("[data-line]");

/** Say something about the connection in the line below the top bar; nothing clears it. */
export function say(text = "", { quiet = true, extra = null } = {}) {
  if (!line || (line.dataset.said === text && !extra)) return;
  line.dataset.said = text;
  line.classList.toggle("line-status--quiet", quiet);
  line.replaceChildren(...(text ? [icon(quiet ? "i-info" : "i-off"), text, ...(extra ? [" ", extra] : [])] : []));
}

const TOAST_MS = 12_000;
const MOST_TOASTS = 3;

/** Show a short message in the corner, with a link where `url` is given; it goes by itself unless it is looked at. Returns the box, with
    what takes it away: whoever had the focus in it is then where they came from. */
export function toast(text, { url = null, sign = "i-bell" } = {}) {
  const corner = document.querySelector("[data-toasts]");
  const button = make("button", { type: "button" }, words.close);
  const said = url ? make("a", { href: url }, text) : text;
  const box = make("div", { class: "toast" }, icon(sign), make("span", {}, said), button);
  let cameFrom = null;
  box.addEventListener("focusin", ({ relatedTarget }) => box.contains(relatedTarget) || (cameFrom = relatedTarget));
  const close = () => {
    const held = box.contains(document.activeElement);
    box.remove();
    if (held) jump(cameFrom?.isConnected ? cameFrom : document.getElementById("main"), { scroll: false });
  };
  button.addEventListener("click", close);
  corner.append(box);
  while (corner.children.length > MOST_TOASTS) corner.firstElementChild.remove();
  const expire = () => (box.matches(":hover, :focus-within") ? setTimeout(expire, TOAST_MS) : box.remove());
  setTimeout(expire, TOAST_MS);
  return { box, close };
}

/** When a script last moved the page on the screen: the event that follows is nobody's. */
export const moving = { at: 0 };

/** Change the page above what is being read without moving it on the screen (Safari has no scroll anchoring). */
export function holdingStill(change) {
  const reading = [...document.querySelectorAll("article.post")].find((post) => post.getBoundingClientRect().bottom > 0);
  const before = reading?.getBoundingClientRect().top ?? 0;
  document.documentElement.style.overflowAnchor = "none";
  change();
  const moved = reading?.isConnected ? reading.getBoundingClientRect().top - before : 0;
  if (moved) {
    moving.at = Date.now();
    scrollBy({ top: moved, behavior: "instant" });
  }
  document.documentElement.style.overflowAnchor = "";
}
