// Writing: a textarea that grows, and a small toolbar that writes Markdown for those who don't know it.

const TABLE = "| What | Now | Proposed |\n| --- | --- | --- |\n|  |  |  |\n";

const TOOLS = {
  bold: (area) => wrap(area, "**"),
  list: (area) => prefix(area, (line, i, all) => (all.every((l) => l.startsWith("- ")) ? line.slice(2) : `- ${line}`)),
  quote: (area) => prefix(area, (line) => `> ${line}`),
  link: (area) => link(area),
  table: (area) => block(area, TABLE),
};

equip(document);
document.addEventListener("part:new", ({ target }) => equip(target));

function equip(part) {
  for (const bar of part.querySelectorAll("[data-tools]")) {
    bar.hidden = false;
    const area = bar.closest(".composer, form").querySelector("textarea");
    bar.addEventListener("click", (event) => {
      const tool = event.target.closest("[data-tool]");
      if (tool) TOOLS[tool.dataset.tool]?.(area);
    });
    area.addEventListener("keydown", (event) => {
      const key = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey ? event.key : "";
      if (key === "b") act(event, () => wrap(area, "**"));
      if (key === "Enter") act(event, () => area.form.requestSubmit());
    });
  }
}

// Where CSS cannot let a textarea grow with its text, the script does.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (area) => {
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  };
  document.addEventListener("input", (event) => event.target.matches("textarea") && grow(event.target));
  document.addEventListener("draft:restored", (event) => event.target.querySelectorAll("textarea").forEach(grow), true);
}

function act(event, verb) {
  event.preventDefault();
  verb();
}

/** Replace a stretch of the text as if it had been typed, so that undo works; then select what is given. */
export function write(area, start, end, text, from = start + text.length, to = from) {
  area.focus();
  area.setSelectionRange(start, end);
  // execCommand is the only way that keeps the browser's own undo; setRangeText serves where it is gone.
  if (!document.execCommand("insertText", false, text)) {
    area.setRangeText(text, start, end, "end");
    area.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  area.setSelectionRange(from, to);
}

function wrap(area, sign) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const inner = value.slice(start, end);
  const isWrapped = value.slice(start - sign.length, start) === sign && value.slice(end, end + sign.length) === sign;
  if (isWrapped) write(area, start - sign.length, end + sign.length, inner, start - sign.length, end - sign.length);
  else write(area, start, end, sign + inner + sign, start + sign.length, start + sign.length + inner.length);
}

/** Change every line that the selection touches. */
function prefix(area, change) {
  const { value } = area;
  const start = value.lastIndexOf("\n", area.selectionStart - 1) + 1;
  const stop = value.indexOf("\n", area.selectionEnd);
  const end = stop < 0 ? value.length : stop;
  const text = value.slice(start, end).split("\n").map(change).join("\n");
  write(area, start, end, text, start + text.length);
}

function link(area) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const inner = value.slice(start, end);
  const isAddress = /^https?:\/\/\S+$/.test(inner);
  const text = isAddress ? `[](${inner})` : `[${inner}](https://)`;
  const at = isAddress || !inner ? start + 1 : start + inner.length + 3;
  write(area, start, end, text, at, isAddress || !inner ? at : at + "https://".length);
}

/** Insert a block on lines of its own. */
export function block(area, text) {
  const { selectionEnd: at, value } = area;
  const before = value.slice(0, at);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  write(area, at, at, gap + text);
}

