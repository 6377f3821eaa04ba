// Replying to a post and quoting it, without leaving the page.
import { ready } from "./composing.js";
import { jump, toast } from "./dom.js";
import { unfold } from "./folds.js";
import { words } from "./words.js";

let marked = { post: null, text: "" };

export function startReplying(root) {
  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const act = event.target.closest("a[data-reply], a[data-quote], a[data-link], [data-reply-to-all]");
    if (!act) return;
    if (act.matches("[data-link]")) return copy(event, act.href);
    const form = root.querySelector("[data-reply-form]");
    if (!form) return; // no box (locked, or not a member of the network): the link leads to the server's word on it
    event.preventDefault();
    if (act.matches("[data-reply-to-all]")) return answer(form, null);
    const post = act.closest("article.post");
    answer(form, post);
    if (act.matches("[data-quote]")) quote(form, post);
  });
  // A press on "Quote" would undo the selection before the click is heard.
  root.addEventListener("pointerdown", () => (marked = selection()));
  root.addEventListener("keydown", () => (marked = selection()));
  root.addEventListener("draft:restored", ({ target }) => name(target, document.getElementById(`p${target.elements.parent.value}`)), true);
}

/** Turn the reply box to a post, or to the question where there is none, and go there. */
export function answer(form, post) {
  const parent = form.elements.parent;
  parent.value = post ? post.id.slice(1) : parent.dataset.root;
  name(form, post);
  unfold(form);
  const area = form.querySelector("textarea");
  form.scrollIntoView({ block: "nearest" });
  jump(area, { scroll: false });
  area.setSelectionRange(area.value.length, area.value.length);
  form.dispatchEvent(new Event("change"));
}

/** Say to whom it goes. */
function name(form, post) {
  const said = form.querySelector("[data-replying]");
  if (!said) return;
  const isRoot = !post || post.id.slice(1) === form.elements.parent.dataset.root;
  said.hidden = isRoot;
  if (isRoot) return;
  const back = said.querySelector("b");
  back.replaceChildren(Object.assign(document.createElement("a"), { href: `#${post.id}`, textContent: nameOf(post) }));
}

function nameOf(post) {
  return post.querySelector(".by b")?.textContent.trim() ?? "";
}

function selection() {
  const chosen = getSelection();
  if (!chosen || chosen.isCollapsed) return { post: null, text: "" };
  const within = chosen.getRangeAt(0).commonAncestorContainer;
  const prose = (within.nodeType === Node.ELEMENT_NODE ? within : within.parentElement)?.closest(".prose");
  return { post: prose?.closest("article.post") ?? null, text: chosen.toString() };
}

/** Put what is selected in that post, or all of it, into the box as a quotation. */
async function quote(form, post) {
  const chosen = marked.post === post && marked.text.trim() ? marked.text : post.querySelector(".prose").innerText;
  const composer = await ready(form);
  composer?.quote(form.querySelector("textarea"), post, chosen);
}

async function copy(event, address) {
  if (!navigator.clipboard) return;
  event.preventDefault();
  try {
    await navigator.clipboard.writeText(address);
    toast(words.copied, { sign: "i-link" });
  } catch {
    location.assign(address);
  }
}
