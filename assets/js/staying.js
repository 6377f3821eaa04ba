// Whoever reads in a thread for a while follows it from then on: the server counts what is new there. It decides, and goes over no
// choice; here is only told that somebody stayed.
const STAY_MS = 120_000; // so long with the thread before one's eyes is reading, not looking in
const BEAT_MS = 5000;
const IDLE_MS = 60_000; // without a key, a touch or a move for so long nobody is there

const SIGNS = ["scroll", "keydown", "pointermove", "pointerdown", "touchmove"];

/** Count how long the page is read, if nothing was chosen for its thread yet as far as can be seen, and tell it once. */
export function startStaying(root) {
  if (!buttonOf("normal")?.hasAttribute("aria-current")) return;
  let active = Date.now();
  let stayed = 0;
  for (const sign of SIGNS) addEventListener(sign, () => (active = Date.now()), { passive: true });
  const timer = setInterval(() => {
    if (document.hidden || Date.now() - active > IDLE_MS) return;
    stayed += BEAT_MS;
    if (stayed < STAY_MS) return;
    clearInterval(timer);
    tell(root.dataset.threadId);
  }, BEAT_MS);
}

async function tell(thread) {
  const token = document.querySelector("form [name=csrf_token]")?.value;
  if (!token) return;
  try {
    const answer = await fetch(`/t/${thread}/stayed`, { method: "POST", body: new URLSearchParams({ csrf_token: token }) });
    if (answer.ok) show((await answer.json()).level);
  } catch {
    // the next visit tells it again
  }
}

/** Have the menu show the level that the thread has now. */
function show(level) {
  const button = buttonOf(level);
  if (!button) return;
  document.querySelector("#watch [aria-current]")?.removeAttribute("aria-current");
  button.setAttribute("aria-current", "true");
  document.querySelector("#watch summary span").textContent = button.textContent;
}

function buttonOf(level) {
  return document.querySelector(`#watch button[value="${level}"]`);
}
