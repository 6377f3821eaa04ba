// Under which name: the shield follows the choice of a pseudonym until somebody has touched it.

document.querySelectorAll("[data-voice]").forEach(follow);

function follow(part) {
  const { form } = part.querySelector("[name=voice]");
  const shield = part.querySelector("[name=shield]");
  part.querySelector("[name=opened]")?.remove(); // for those without scripts: the server asks them once more
  if (!shield) return;
  let isChosen = false;
  shield.addEventListener("change", () => (isChosen = true));
  form.addEventListener("draft:restored", () => (isChosen = true));
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "voice" || isChosen) return;
    shield.checked = target.value === "pseudonym";
  });
}
