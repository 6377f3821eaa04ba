// Branches that were folded stay folded; a post that is jumped to is unfolded.
const PREFIX = "ke-folds:";

export function startFolds(root) {
  const key = PREFIX + root.dataset.threadId;
  const shut = new Set((sessionStorage.getItem(key) ?? "").split(" ").filter(Boolean));
  for (const branch of root.querySelectorAll("details.branch")) {
    if (shut.has(branch.closest("[data-post]").dataset.post)) branch.open = false;
  }
  root.addEventListener(
    "toggle",
    ({ target }) => {
      if (!target.matches?.("details.branch")) return;
      shut[target.open ? "delete" : "add"](target.closest("[data-post]").dataset.post);
      sessionStorage.setItem(key, [...shut].join(" "));
    },
    true,
  );
  const arrive = () => unfold(document.getElementById(location.hash.slice(1)));
  addEventListener("hashchange", arrive);
  arrive();
}

/** Open every branch that hides `element`. */
export function unfold(element) {
  let opened = false;
  for (let branch = element?.closest("details.branch:not([open])"); branch; branch = branch.parentElement.closest("details.branch:not([open])")) {
    branch.open = opened = true;
  }
  if (opened) element.scrollIntoView();
}
