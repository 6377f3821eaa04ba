// Everything a page can do beyond what it does without scripts. Each module starts itself where its elements are on the page.
import "./desk-cover.js"; // first: nothing else shall be seen before it
import "./desk-exit.js";
import "./desk-links.js";
import "./menus.js";
import "./times.js";
import "./tables.js";
import "./composing.js";
import "./queue-forms.js"; // before forms and keys: in the queue both are its own
import "./forms.js";
import "./passkeys.js";
import "./progress.js";
import "./unread.js";
import "./queue-count.js";
import "./thread.js";
import "./rail.js";
import "./keys.js";
import "./drafts.js"; // last: what it puts back, the others must hear of
import { startLive } from "./live.js";

document.documentElement.classList.add("js");
startLive();
