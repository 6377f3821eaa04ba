// Quoting: what is chosen of a post goes into a text box as a quotation that says whose words they are, in the voice that they were said in.
import { block } from "./writing.js";

/** Put `text` of a post (its article) into the box. */
export function quote(area, post, text) {
  const name = post.querySelector(".by b")?.textContent.trim() ?? "";
  const lines = text.trim().replace(/\n{3,}/g, "\n\n").split("\n");
  const said = name ? [`[${plain(name)}](/p/${post.id.slice(1)}):`, "", ...lines] : lines;
  block(area, `${said.map((line) => `> ${line}`.trimEnd()).join("\n")}\n\n`);
}

/** A name as text: nothing in it is a sign of Markdown. */
function plain(name) {
  return name.replace(/[\\`*_[\]<>#@]/g, "\\$&");
}
