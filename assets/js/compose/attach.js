// Files for a text: by button, dropped or pasted, each sent at once, with how far it has come and a way to stop it. What the text names
// is all that is posted: the server answers with the words that name a file, and they are put where the cursor is.
//
//   [data-attach]     templates/threads/_attach.html: without scripts its file goes with the form
import { icon, make } from "../dom.js";
import { words } from "../words.js";
import { addTool } from "./toolbar.js";
import { block, write } from "./writing.js";

const MOST_BYTES = 10 * 1024 * 1024; // threads/files/attachments.py says so, too
const MOST_FILES = 10;
const TYPES = ".jpg,.jpeg,.png,.webp,.gif,.pdf,.docx,.xlsx,.pptx,.odt,.ods,.odp,.txt,.csv";

/** Let files be attached to the text of a form. */
export function equipAttach(form) {
  const place = form.querySelector("[data-attach]");
  const area = form.querySelector("textarea");
  if (!place || !area) return;
  const list = make("ul", { class: "attached" });
  const status = make("p", { class: "sr", role: "status" });
  const input = make("input", { type: "file", multiple: "", accept: TYPES, hidden: "", tabindex: "-1", "aria-label": words.attach });
  const sending = new Set();
  const take = (files) => [...files].slice(0, MOST_FILES).forEach((file) => send(form, area, list, status, sending, file));
  input.addEventListener("change", () => {
    take(input.files);
    input.value = "";
  });
  place.replaceChildren(...place.querySelectorAll(".error"), input, list, status);
  form.enctype = "application/x-www-form-urlencoded"; // no file goes with the form any more
  addTool(form, "attach", "i-attach", words.attach, () => input.click());
  takeDropped(form, area, take);
  const listNamed = () => named(area).forEach((file) => list.querySelector(`[data-file="${file.id}"]`) || list.append(rowOf(area, file)));
  form.addEventListener("draft:restored", listNamed);
  listNamed(); // a draft may have come back before this script, or the form with what is wrong in it
  form.addEventListener("submit", (event) => hold(event, sending, status), { capture: true });
}

/** The files that a text names: `{id, said, is_picture}` of each, with what stands in its brackets. What is quoted is another's. */
function named(area) {
  const own = area.value.replace(/^>.*/gm, "");
  return [...own.matchAll(/(!?)\[((?:\\.|[^\]\\])*)\]\(\/files\/(\d+)\)/g)].map(([, mark, said, id]) => ({ id, said, is_picture: mark !== "" }));
}

function rowOf(area, file) {
  const name = (!file.is_picture && file.said) || words.attachedPicture;
  const row = make("li", { class: "attached-file" }, icon("i-attach"), make("span", { class: "attached-name" }, name));
  offerChange(area, row, file, () => takeOut(area, file));
  return row;
}

function takeDropped(form, area, take) {
  const box = area.closest(".composer") ?? form;
  const hasFiles = ({ dataTransfer }) => dataTransfer?.types.includes("Files");
  box.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    box.classList.add("is-target");
  });
  box.addEventListener("dragleave", (event) => box.contains(event.relatedTarget) || box.classList.remove("is-target"));
  box.addEventListener("drop", (event) => {
    box.classList.remove("is-target");
    if (!hasFiles(event)) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  });
  area.addEventListener("paste", (event) => {
    const { files, types } = event.clipboardData ?? {};
    // What a table program copies is text, and a picture of it besides.
    if (!files?.length || types.includes("text/plain")) return;
    event.preventDefault();
    take(files);
  });
}

/** A text is not sent while one of its files is on the way. */
function hold(event, sending, status) {
  if (!sending.size) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  status.textContent = "";
  status.classList.remove("sr");
  status.textContent = words.waitForFiles;
}

function send(form, area, list, status, sending, file) {
  const row = make("li", { class: "attached-file" }, icon("i-attach"), make("span", { class: "attached-name" }, file.name));
  list.append(row);
  if (file.size > MOST_BYTES) return fail(row, words.fileTooLarge);
  const bar = make("progress", { max: "1", value: "0", "aria-label": words.sendingFile(file.name) });
  const cancel = make("button", { type: "button", class: "linkish" }, words.cancel);
  const request = new XMLHttpRequest(); // fetch does not say how far it has come
  sending.add(request);
  request.upload.addEventListener("progress", ({ loaded, total }) => (bar.value = loaded / total));
  request.addEventListener("loadend", () => {
    sending.delete(request);
    if (!sending.size) status.classList.add("sr");
    bar.remove();
    cancel.remove();
    if (request.status === 201) return done(form, area, row, status, JSON.parse(request.responseText));
    if (request.aborted) return row.remove();
    return fail(row, reason(request));
  });
  cancel.addEventListener("click", () => {
    request.aborted = true;
    request.abort();
    area.focus();
  });
  row.append(bar, cancel);
  const data = new FormData();
  data.append("csrf_token", form.elements.csrf_token.value);
  data.append("file", file);
  request.open("POST", "/files");
  request.setRequestHeader("Accept", "application/json");
  request.send(data);
}

/** What the server said, as far as it said something for people. */
function reason(request) {
  if (request.status === 413) return words.fileTooLarge;
  if (request.status === 429) return words.tooManyFiles;
  try {
    const { error } = JSON.parse(request.responseText);
    return error.includes(" ") ? error : words.fileFailed;
  } catch {
    return words.fileFailed;
  }
}

function fail(row, sentence) {
  const close = make("button", { type: "button", class: "linkish" }, words.close);
  close.addEventListener("click", () => row.remove());
  row.classList.add("is-refused");
  row.append(make("span", { class: "error", role: "alert" }, sentence), close);
}

function done(form, area, row, status, file) {
  block(area, `${file.text}\n\n`);
  status.textContent = words.fileThere(row.querySelector(".attached-name").textContent);
  row.append(make("span", { class: "quiet" }, `${file.kind}, ${file.size}`));
  offerChange(area, row, file, () => takeBack(form, area, file));
}

/** What can be done with a file that is attached: say what it shows, take it out again. */
function offerChange(area, row, file, takeAway) {
  row.dataset.file = file.id;
  const remove = make("button", { type: "button", class: "linkish" }, words.removeFile);
  remove.addEventListener("click", () => {
    row.remove();
    takeAway();
    area.focus();
  });
  row.append(remove);
  if (file.is_picture) row.append(describe(area, file));
}

/** The way to say what a picture shows: it stands in the text, between its brackets. */
function describe(area, { id, said: before = "" }) {
  const input = make("input", { class: "input", type: "text", id: `alt-${id}`, maxlength: "300", autocomplete: "off", placeholder: words.altExample });
  input.value = before;
  input.addEventListener("input", (event) => {
    event.stopPropagation();
    const there = inText(area, id);
    const said = input.value.replace(/[\\`*_[\]~\n]/g, " ");
    if (!there) return;
    area.setRangeText(`![${said}](/files/${id})`, there.index, there.index + there[0].length, "preserve");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  input.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  return make("span", { class: "attached-alt" }, make("label", { for: input.id }, words.altLabel), input);
}

function inText(area, id) {
  return new RegExp(`!?\\[(?:\\\\.|[^\\]\\\\])*\\]\\(/files/${id}\\)`).exec(area.value);
}

function takeOut(area, { id }) {
  const there = inText(area, id);
  if (there) write(area, there.index, there.index + there[0].length, "");
}

function takeBack(form, area, file) {
  takeOut(area, file);
  const body = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  fetch(`/files/${file.id}/forget`, { method: "POST", body, headers: { Accept: "application/json" } }).catch(() => {}); // it is swept in any case
}
