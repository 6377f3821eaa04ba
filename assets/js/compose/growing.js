// Where CSS cannot let a textarea grow with its text, the script does.

const GROWS_BY_ITSELF = CSS.supports("field-sizing", "content");

/** Let the text boxes of a form grow. */
export function equipGrowing(form) {
  if (GROWS_BY_ITSELF) return;
  form.addEventListener("input", ({ target }) => target.matches("textarea") && grow(target));
  const growAll = () => form.querySelectorAll("textarea").forEach((area) => area.value && grow(area));
  form.addEventListener("draft:restored", growAll);
  growAll(); // a draft may have come back before this script
}

function grow(area) {
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight + 2}px`;
}
