// The composer: everything that helps with writing. A chunk of its own, which pages load when somebody comes near a text box
// (../composing.js). Each part is a function of one form, which leaves alone what it does not know; their order is the order of the list.
import { equipAttach } from "./attach.js";
import { equipGrowing } from "./growing.js";
import "./guard.js";
import { equipMentions } from "./mentions.js";
import { equipPasting } from "./pasting.js";
import { equipPlacing } from "./placing.js";
import { equipPreview } from "./preview.js";
import { equipSimilar } from "./similar.js";
import { equipToolbar } from "./toolbar.js";
import { equipVoice } from "./voice.js";

export { editHere } from "./editing.js";
export { quote } from "./quoting.js";
export { block, write } from "./writing.js";

const PARTS = [equipToolbar, equipAttach, equipPreview, equipMentions, equipPasting, equipGrowing, equipVoice, equipPlacing, equipSimilar];

/** Start every part for a form. */
export function equip(form) {
  for (const part of PARTS) part(form);
}
