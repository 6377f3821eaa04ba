// A new thread's kind and network: choosing another says on the button what is posted, and beside it who will see it. Nothing that was
// typed is touched.

/** Start it for the form of a new thread. */
export function equipPlacing(form) {
  if (!form.elements.network || !form.elements.shown) return;
  form.addEventListener("change", ({ target }) => {
    if (target.name === "kind") nameButton(form);
    if (target.name === "network") follow(form);
  });
  const settle = () => {
    nameButton(form);
    follow(form);
  };
  form.addEventListener("draft:restored", settle);
  settle(); // a draft may have come back before this script
}

function nameButton(form) {
  const said = form.querySelector("[name=kind]:checked")?.dataset.post;
  const button = form.querySelector(".composer-foot .btn--main");
  if (said && button) button.textContent = said;
}

/** What depends on the network (its name, who reads it, a word of warning) is the server's to say; until it has, the form shows what it
    showed, and says so to it (`shown`). */
async function follow(form) {
  form.elements.network.value ||= form.elements.shown.value; // a draft's network that is theirs no more
  const slug = form.elements.network.value;
  form.dataset.guardNetwork = slug;
  if (slug === form.elements.shown.value) return;
  const answer = await fetch(`/n/${slug}/new`, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok || answer.redirected) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (form.elements.network.value !== slug || !page.querySelector("[data-seen-by]")) return; // chosen again meanwhile; may not write there
  for (const part of ["[data-seen-by]", "[data-network-warning]", "main h1", "main .crumbs"]) {
    const fresh = page.querySelector(part);
    if (fresh) document.querySelector(part)?.replaceWith(document.adoptNode(fresh));
  }
  form.elements.shown.value = slug;
}
