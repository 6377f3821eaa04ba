// Pasting: a table (from a sheet or a page, or lines of words with tabs between them) becomes a Markdown table, links keep their words, an address over selected words makes them a
// link (@github/paste-markdown, whose tables bring the page's own markup along). With Shift held the text comes as it is.
import { installHTML, installLink } from "@github/paste-markdown";
import { block } from "./writing.js";

const MOST_CELLS = 2000; // a larger table is nobody's post

/** Start it for the text box of a form that takes Markdown. */
export function equipPasting(form) {
  const area = form.querySelector("textarea[name=body]");
  if (!area) return;
  let isPlain = false;
  area.addEventListener("keydown", ({ shiftKey }) => (isPlain = shiftKey));
  area.addEventListener("keyup", () => (isPlain = false));
  area.addEventListener("paste", (event) => {
    if (isPlain) return event.stopImmediatePropagation(); // before the others hear of it: this one is the browser's own
    const rows = rowsIn(event.clipboardData);
    if (!rows) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    block(area, `${markdown(rows)}\n\n`);
  });
  installLink(area);
  installHTML(area);
}

/** The rows of cells that are pasted, or null where it is something else. */
function rowsIn(clipboard) {
  const html = clipboard?.getData("text/html") ?? "";
  if (html) return cellsOf(tableIn(html));
  return tabbed(clipboard?.getData("text/plain") ?? "");
}

/** The table that a piece of HTML is, or null where it is something else, or more than that. */
function tableIn(html) {
  if (!/<table/i.test(html)) return null;
  const { body } = new DOMParser().parseFromString(html, "text/html");
  const table = body.querySelector("table");
  const cells = table?.querySelectorAll("td, th").length ?? 0;
  const isAll = table?.textContent.trim() === body.textContent.trim();
  return isAll && cells > 1 && cells <= MOST_CELLS ? table : null;
}

function cellsOf(table) {
  return table && [...table.rows].map(({ cells }) => [...cells].map(({ textContent }) => textContent));
}

/** The cells of several lines that all have as many tabs between their words; code that is moved in by tabs is no table. */
function tabbed(text) {
  const rows = text.trimEnd().split(/\r?\n/).map((line) => line.split("\t"));
  const width = rows[0].length;
  const isTable = rows.length > 1 && width > 1 && rows.every((row) => row.length === width) && rows.some(([first]) => first.trim());
  return isTable && rows.length * width <= MOST_CELLS ? rows : null;
}

function markdown(cells) {
  const rows = cells.map((row) => row.map(plain));
  const width = Math.max(...rows.map((row) => row.length));
  const [head, ...body] = rows.map((row) => `| ${[...row, ...Array(width - row.length).fill("")].join(" | ")} |`);
  return [head, `| ${Array(width).fill("---").join(" | ")} |`, ...body].join("\n");
}

function plain(text) {
  return text.trim().replace(/\s+/g, " ").replaceAll("|", "\\|");
}
