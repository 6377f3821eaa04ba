// Menus: <details class="menu"> closes by Escape and by a click elsewhere; "More" under a post opens the one menu of the page.
import { make, jump } from "./dom.js";

const OPEN = "details.menu[open]";
let floating = null;
let opener = null;

document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(event.target)) menu.open = false;
  if (floating && !floating.contains(event.target)) shut();
  const more = event.target.closest?.("a[data-more]");
  if (more && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    event.preventDefault();
    opener === more ? shut() : open(more);
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") escape(event);
  if (floating?.contains(event.target) && (event.key === "ArrowDown" || event.key === "ArrowUp")) step(event);
});

// A phone that is turned has moved the page away under it.
addEventListener("resize", () => floating && place(floating, opener));

document.addEventListener("focusin", (event) => {
  if (floating && event.target !== opener && !floating.contains(event.target)) shut();
});

function escape(event) {
  if (floating) {
    event.preventDefault();
    shutMenu();
    return;
  }
  const menu = event.target.closest?.(OPEN) ?? document.querySelector(OPEN);
  if (!menu) return;
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
}

function step(event) {
  event.preventDefault();
  const entries = [...floating.querySelectorAll("a, button")];
  const by = event.key === "ArrowDown" ? 1 : -1;
  entries.at((entries.indexOf(document.activeElement) + by + entries.length) % entries.length).focus();
}

/** What this reader may do with a post is asked of the server when they want to know it: posts are the same for everybody. */
async function open(more) {
  shut();
  opener = more;
  more.setAttribute("aria-expanded", "true");
  const menu = await entriesOf(more.href);
  if (opener !== more) return;
  if (!menu) {
    location.assign(more.href);
    return;
  }
  floating = make("div", { class: "menu-list menu-list--floating", role: "group", "aria-label": more.textContent.trim() });
  floating.append(menu);
  document.querySelector("main").append(floating); // within a landmark, for those who go from one to the next
  place(floating, more);
  floating.querySelector("a, button")?.focus({ preventScroll: true });
}

async function entriesOf(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const menu = page.querySelector("[data-post-menu]");
    menu?.removeAttribute("class"); // there it is a page's list, here it stands in the menu
    return menu;
  } catch {
    return null;
  }
}

function place(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  const size = menu.getBoundingClientRect();
  const below = at.bottom + size.height < innerHeight || at.top < size.height;
  menu.style.top = `${scrollY + (below ? at.bottom + 4 : at.top - size.height - 4)}px`;
  menu.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - size.width - 8))}px`;
}

/** Close the menu of a post, if it is open; the focus goes back to what opened it. */
export function shutMenu() {
  const back = opener;
  shut();
  back?.focus();
}

function shut() {
  opener?.setAttribute("aria-expanded", "false");
  floating?.remove();
  floating = opener = null;
}

/** A summary of errors is where somebody who listens should be when the page opens. */
jump(document.querySelector("[data-focus-me]"), { scroll: false });
