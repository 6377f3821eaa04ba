// Deciding in the queue without leaving the page: forms are sent by themselves, and each decision has a key.
//
//   [data-queue]            templates/moderation/work.html: the page; [data-items] its cards (article.case[data-item])
//   form[data-decide]       buttons name=decision with data-key, and data-wants-reason where a reason is asked first
//   form[data-undo], form[data-claim], form[data-note]
import { jump, make } from "./dom.js";
import { isOff } from "./keys-off.js";
import * as queue from "./queue.js";
import { words } from "./words.js";

const CHORD_MS = 1200; // "g n" goes to the networks (keys.js)
const DRAFT = "ke-draft:";

let chord = 0;

if (queue.root) {
  document.addEventListener("submit", sent);
  document.addEventListener("keydown", press);
}

function sent(event) {
  const form = event.target;
  const verb = ["decide", "undo", "claim", "note"].find((name) => name in form.dataset);
  if (!verb || !queue.root.contains(form)) return;
  event.preventDefault();
  VERBS[verb](form, event.submitter);
}

const VERBS = { decide, undo, claim, note };

/** A decision that wants a reason opens the fields for it first; there the button is again, and sends. */
function decide(form, button) {
  const card = form.closest(".case");
  const word = button?.value ?? "";
  if (!word) return;
  const said = form.elements.rule?.value || form.elements.reason?.value.trim();
  const asks = "wantsReason" in button.dataset && (!said || !form.querySelector("details").open);
  if (asks) return askWhy(form, button);
  if (button.matches("[data-send]") && !said) return jump(queue.complain(card, words.queueReason));
  go(card, form, word);
}

function askWhy(form, button) {
  const fields = form.querySelector("details");
  const again = form.querySelector("[data-send]");
  fields.open = true;
  again.name = "decision";
  again.value = button.value;
  again.className = button.className;
  again.replaceChildren(words.queueSend, ...[...button.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.cloneNode(true)), " ", make("kbd", { "aria-hidden": "true" }, "Enter"));
  again.hidden = false;
  jump(form.elements.rule);
}

async function go(card, form, word) {
  const fields = { item: card.dataset.item, decision: word, rule: form.elements.rule?.value ?? "", reason: form.elements.reason?.value ?? "" };
  card.querySelector(":scope > .error")?.remove();
  form.dataset.sent = "1"; // drafts.js keeps no more of it
  queue.hide(card);
  const answer = await queue.send("/moderation/decide", fields);
  if (answer.ok) {
    forgetDraft(form.dataset.draftKey);
    queue.settle(card, answer);
    return;
  }
  delete form.dataset.sent;
  queue.back(card, queue.wrong(answer), answer);
  if (!answer.gone) form.dispatchEvent(new Event("input", { bubbles: true }));
}

function forgetDraft(key) {
  try {
    localStorage.removeItem(DRAFT + key);
  } catch {
    // then nothing was kept
  }
}

async function undo(form) {
  const item = form.querySelector("[name=item]").value;
  const answer = await queue.send("/moderation/undo", { item, way: form.elements.way?.value ?? "" });
  queue.forget(item);
  if (answer.ok) {
    await queue.restore(item);
    queue.tell(answer);
  }
  queue.say(answer.ok ? answer.said : queue.wrong(answer));
}

async function claim(form, button) {
  const card = form.closest(".case");
  const answer = await queue.send("/moderation/claim", { item: card.dataset.item, ...(button?.name && { [button.name]: button.value }) });
  if (!answer.ok) return queue.back(card, queue.wrong(answer), answer);
  if (!answer.taken) return queue.complain(card, words.queueTaken);
  card.querySelector("[data-held]")?.remove();
  card.querySelector(":scope > .error")?.remove();
  jump(queue.heading(card));
}

async function note(form) {
  const card = form.closest(".case");
  const field = form.elements.text;
  const answer = await queue.send("/moderation/note", { item: card.dataset.item, text: field.value });
  if (!answer.ok) return queue.back(card, queue.wrong(answer), answer);
  const notes = card.querySelector("[data-notes]");
  notes.append(make("li", { class: "as-typed" }, answer.text));
  notes.hidden = false;
  field.value = "";
  form.closest("details").open = false;
  jump(queue.heading(card), { scroll: false });
}

function press(event) {
  if (event.defaultPrevented || event.altKey || event.target.closest("dialog")) return;
  const typing = event.target.closest("input, textarea, select, [contenteditable]");
  if (typing) return whileTyping(event, typing);
  if (event.ctrlKey || event.metaKey || isOff()) return;
  const afterG = Date.now() - chord < CHORD_MS;
  chord = event.key === "g" ? Date.now() : 0;
  if (afterG || chord) return;
  const verb = KEYS[event.key] ?? buttonFor(event.key);
  if (!verb) return;
  event.preventDefault();
  verb();
}

/** Enter sends from the list of rules, Ctrl and Enter from the text; Escape goes back to the item. */
function whileTyping(event, field) {
  const form = field.closest("form[data-decide]");
  if (!form) return;
  const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey || field.matches("select"));
  const again = form.querySelector("[data-send]");
  if (sends && again && !again.hidden) {
    event.preventDefault();
    form.requestSubmit(again);
  } else if (event.key === "Escape") {
    event.preventDefault();
    jump(queue.heading(form.closest(".case")));
  }
}

const KEYS = { j: () => queue.move(1), k: () => queue.move(-1), u: undoLast, n: writeNote };

function undoLast() {
  const form = queue.root.querySelector("[data-queue-said] [data-undo], [data-lately] [data-undo]");
  if (form) undo(form);
}

function writeNote() {
  const form = queue.current()?.querySelector("form[data-note]");
  if (!form) return;
  form.closest("details").open = true;
  jump(form.elements.text, { scroll: false });
}

function buttonFor(key) {
  const button = queue.current()?.querySelector(`button[data-key="${CSS.escape(key)}"]`);
  return button && (() => button.form.requestSubmit(button));
}
