// The fields of a form that are worth keeping: what a person wrote or chose, never tokens.

const TEXTS = "textarea, [type=text]";
const CHOSEN = "select, [type=radio], [type=checkbox], [type=date]";

export function fieldsOf(form) {
  return [...form.elements].filter(
    // What was said of one text holds for no other (the guard's boxes).
    (field) => field.name && !field.closest("[data-guard-panel]") && (field.matches(TEXTS) || field.matches(CHOSEN) || field.name === "parent"),
  );
}

export const textsOf = (form) => fieldsOf(form).filter((field) => field.matches(TEXTS));

/** Return the values by name, or null where nothing is written; `whole`: also if it is just what the page came with. */
export function valuesOf(form, { whole = false } = {}) {
  const isWritten = ({ value, defaultValue }) => value.trim() !== "" && (whole || value !== defaultValue);
  if (!textsOf(form).some(isWritten)) return null;
  const values = {};
  for (const field of fieldsOf(form)) {
    if (field.matches("[type=radio]") && !field.checked) continue;
    values[field.name] = field.matches("[type=checkbox]") && !field.checked ? "" : field.value;
  }
  return values;
}

/** Put values into a form. With `isAimed` the reply goes to whom the page says, not to whom it went then. */
export function put(form, values, { isAimed = false } = {}) {
  for (const field of fieldsOf(form)) {
    const value = values[field.name];
    if (value === undefined || (field.name === "parent" && isAimed)) continue;
    if (field.matches("[type=radio]")) field.checked = field.value === value;
    else if (field.matches("[type=checkbox]")) field.checked = value !== "";
    else field.value = value;
  }
  form.dispatchEvent(new CustomEvent("draft:restored"));
}

export function isSame(one, other) {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => (one[name] ?? "") === (other[name] ?? ""));
}
