// Where text is written, the composer (compose/composer.js) comes when somebody is near the box, so that readers need not load it.
// Without it, or until it is there, each form works as it stands.

const FORMS = "form[data-draft-key], form[data-guard], form.composer-page";
const NEAR = "400px";

const begun = new WeakMap(); // form -> promise of the composer's module
const near = new IntersectionObserver(
  (seen) => seen.forEach(({ isIntersecting, target }) => isIntersecting && ready(target)),
  { rootMargin: NEAR },
);

watch(document);
document.addEventListener("part:new", ({ target }) => watch(target));
document.addEventListener("focusin", ({ target }) => {
  const form = target.form?.closest(FORMS);
  if (form) ready(form);
});

document.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target.closest?.("a[href^='/p/'][href$='/edit']");
  const post = link && document.getElementById(`p${link.pathname.split("/")[2]}`);
  if (!post) return;
  event.preventDefault();
  const composer = await fetched();
  if (!(await composer?.editHere(post, link.href))) location.assign(link.href);
});

function watch(part) {
  if (part.matches?.(FORMS)) near.observe(part);
  part.querySelectorAll(FORMS).forEach((form) => near.observe(form));
}

/** Return a promise of the composer's module, once it has equipped this form; null where it can't be had. */
export function ready(form) {
  near.unobserve(form);
  if (!begun.has(form)) begun.set(form, load(form));
  return begun.get(form);
}

async function load(form) {
  const composer = await fetched();
  composer?.equip(form);
  if (composer) form.dispatchEvent(new CustomEvent("composer:ready"));
  else begun.delete(form); // the next touch tries again
  return composer;
}

async function fetched() {
  try {
    return await import("./compose/composer.js");
  } catch {
    return null;
  }
}
