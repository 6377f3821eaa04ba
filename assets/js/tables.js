// A table wider than its place scrolls; whoever uses the keyboard must be able to scroll it too.
const mark = () => {
  for (const table of document.querySelectorAll(".prose table, .scroll")) {
    if (table.scrollWidth > table.clientWidth) table.tabIndex = 0;
    else table.removeAttribute("tabindex");
  }
};
mark();
addEventListener("resize", mark);
