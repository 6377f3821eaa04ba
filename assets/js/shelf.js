// Bookmarking without leaving the page, and the button that prints.
import { toast } from "./dom.js";
import { shutMenu } from "./menus.js";
import { words } from "./words.js";

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.("form[data-bookmark]");
  if (!form) return;
  event.preventDefault();
  send(form.action, () => form.submit());
  shutMenu();
});

document.addEventListener("click", (event) => event.target.closest("[data-print]") && print());

/** Bookmark a post of the page. */
export function bookmark(post) {
  const address = `/p/${post.id.slice(1)}`;
  send(`${address}/bookmark`, () => location.assign(`${address}/more`));
}

/** Where it fails, `otherwise` lets the server say why. */
async function send(address, otherwise) {
  const token = document.querySelector("form [name=csrf_token]")?.value ?? "";
  try {
    const answer = await fetch(address, { method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams({ csrf_token: token }) });
    const { bookmarked } = await answer.json();
    if (bookmarked === undefined) throw new Error(answer.statusText);
    toast(bookmarked ? words.bookmarked : words.unbookmarked, { url: "/bookmarks", sign: "i-tick" });
  } catch {
    otherwise();
  }
}
