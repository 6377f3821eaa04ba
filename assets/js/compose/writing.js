// Writing into a text box as if by hand.

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

/** Insert a block on lines of its own. */
export function block(area, text) {
  const { selectionEnd: at, value } = area;
  const before = value.slice(0, at);
  const gap = !before || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  write(area, at, at, gap + text);
}
