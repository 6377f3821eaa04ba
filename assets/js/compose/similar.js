// While the title of a problem is typed, the server is asked what has been asked like it, and its answer is shown beneath the title.
//
//   form > [data-similar] > [data-similar-said] (role=status), [data-similar-list]; fields title, kind, csrf_token
const PAUSE_MS = 450;
const SHORTEST = 8;

/** Start it for a form. */
export function equipSimilar(form) {
  const place = form.querySelector("[data-similar]");
  const { title } = form.elements;
  if (!place || !title) return;
  let timer = 0;
  let asked = ""; // what the list answers
  let asking = null;

  const look = async () => {
    const wanted = isProblem(form) ? title.value.trim() : "";
    if (wanted === asked) return;
    asking?.abort();
    asking = new AbortController();
    const { signal } = asking;
    const html = wanted.length < SHORTEST ? "" : await ask(form, wanted, signal);
    if (html === null || signal.aborted) return; // what stands there stays
    asked = wanted;
    show(place, html);
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE_MS);
  };
  title.addEventListener("input", later);
  form.addEventListener("change", ({ target }) => target.name === "kind" && later());
  form.addEventListener("draft:restored", later);
  if (title.value && !place.querySelector("section")) later();
}

/** Other kinds of threads ask nobody for an answer. */
function isProblem(form) {
  return (form.elements.kind?.value ?? "problem") === "problem";
}

/** The part of the page that shows what is similar; empty where nothing is, null where the server can't say. */
async function ask(form, title, signal) {
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value, title });
  try {
    const answer = await fetch("/similar", { method: "POST", body, headers: { Accept: "text/html" }, signal });
    return answer.ok && !answer.redirected ? await answer.text() : null;
  } catch {
    return null;
  }
}

function show(place, html) {
  const parsed = document.createElement("template");
  parsed.innerHTML = html;
  const said = parsed.content.querySelector("h2")?.textContent.trim() ?? "";
  place.querySelector("[data-similar-list]").replaceChildren(parsed.content);
  place.querySelector("[data-similar-said]").textContent = said;
}
