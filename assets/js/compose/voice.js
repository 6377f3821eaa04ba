// Under which name: the shield follows the choice of a pseudonym until somebody has touched it.

/** Start it for a form that asks under which name one writes. */
export function equipVoice(form) {
  const part = form.querySelector("[data-voice]");
  if (!part) return;
  const shield = part.querySelector("[name=shield]");
  part.querySelector("[name=opened]")?.remove(); // for those without scripts: the server asks them once more
  if (!shield) return;
  const chosen = part.querySelector("[name=voice]:checked");
  // Chosen before this script came: it follows now, or nobody would.
  if (chosen && !chosen.defaultChecked && shield.checked === shield.defaultChecked) shield.checked = chosen.value === "pseudonym";
  let isChosen = false;
  shield.addEventListener("change", () => (isChosen = true));
  form.addEventListener("draft:restored", () => (isChosen = true));
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "voice" || isChosen) return;
    shield.checked = target.value === "pseudonym";
  });
}
