// Editing a post where it stands: the form of its page for that is put into its place. It is sent as ever, and leads back to the post.
import { jump, make } from "../dom.js";

const POINTING = ["for", "aria-describedby", "aria-labelledby", "aria-controls"];

/** Put the form at `address` into the place of a post's text; tells whether it could. */
export async function editHere(post, address) {
  if (post.querySelector("[data-edit-here]")) return true;
  const form = await formAt(address);
  const text = post.querySelector(".prose");
  if (!form || !text || !post.isConnected) return false;
  form.action = address;
  renameIds(form, `-${post.id}`);
  text.hidden = true;
  const place = make("div", { "data-edit-here": "" }, form);
  text.after(place);
  leave(form)?.addEventListener("click", (event) => {
    event.preventDefault();
    place.remove();
    text.hidden = false;
    jump(post);
  });
  place.dispatchEvent(new CustomEvent("part:new", { bubbles: true }));
  jump(form.querySelector("textarea[name=body]"), { scroll: false });
  form.scrollIntoView({ block: "nearest" });
  return true;
}

async function formAt(address) {
  try {
    const answer = await fetch(address, { headers: { Accept: "text/html" } });
    if (!answer.ok || answer.redirected) return null; // an official answer is changed elsewhere; signed out
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return document.adoptNode(page.querySelector('form[data-draft-key^="edit:"]'));
  } catch {
    return null;
  }
}

function leave(form) {
  return form.querySelector(".composer-foot a[href^='/p/']");
}

/** The page has a text box of its own by the same name. */
function renameIds(form, suffix) {
  const ids = new Set([...form.querySelectorAll("[id]")].map(({ id }) => id));
  for (const element of form.querySelectorAll("[id]")) element.id += suffix;
  for (const name of POINTING) {
    for (const element of form.querySelectorAll(`[${name}]`)) {
      const named = element.getAttribute(name).split(" ");
      element.setAttribute(name, named.map((id) => (ids.has(id) ? id + suffix : id)).join(" "));
    }
  }
}
