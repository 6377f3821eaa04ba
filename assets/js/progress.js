// Work that is going on elsewhere: ask how far it is, and open the page anew when there is more to see. Also says before a file is sent
// that it is too large, for the server would have to break off.
const LOOK_MS = 1500;
const WAIT_MS = 10_000; // after a failure: the server may be starting anew

for (const part of document.querySelectorAll("[data-progress]")) look(part);
for (const input of document.querySelectorAll("[data-most-bytes]")) input.addEventListener("change", () => check(input));

async function look(part) {
  let pause = LOOK_MS;
  try {
    const answer = await fetch(part.dataset.progress, { headers: { Accept: "application/json" } });
    if (answer.status === 404 || answer.status === 401) return location.reload();
    const { percent, done } = await answer.json();
    if (done) return location.reload();
    part.querySelector("[data-progress-bar]").value = percent;
    part.querySelector("[data-progress-percent]").textContent = `${percent}%`;
  } catch {
    pause = WAIT_MS;
  }
  setTimeout(() => look(part), pause);
}

function check(input) {
  const isTooLarge = [...input.files].some((file) => file.size > Number(input.dataset.mostBytes));
  input.setCustomValidity(isTooLarge ? input.dataset.tooLarge : "");
  input.reportValidity();
}
