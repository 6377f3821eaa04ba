// A thread's page while it is open. What this file and its parts rely on in the page (docs/developers/front-end.md shows it whole):
//
//   <div class="thread" data-thread-id data-view="tree|flat" data-total data-before data-last-read data-mine data-last-page data-may-accept>
//     <article class="post ask" id="p<root post>">
//     <ol class="tree"> or <ol class="flat">            the list of replies
//       <li data-post="<id>"><article class="post" id="p<id>">…</article>
//         <details class="branch" open><summary class="fold" data-n>…</summary><ol class="tree">…</ol></details></li>
//     [data-reply-count]                                 "60 replies"; the number in the attribute
//     [data-region="<name>"]                             parts that are fetched again when the thread changes
//     form[data-reply-form] > input[name=parent][data-root], [data-replying] > b, textarea
//   any form with csrf_token                              "seen" is posted to /t/<id>/read with it where there is no socket
//
// A post's markup says nothing of its reader, for the same goes to everybody; what is the reader's own is laid over here.
import { startReading } from "./reading.js";
import { startReplying } from "./replying.js";
import { startInserting } from "./inserting.js";
import { startFolds } from "./folds.js";
import { startMarks } from "./marks.js";
import { startStaying } from "./staying.js";

const root = document.querySelector(".thread[data-thread-id]");
if (root) {
  startFolds(root);
  startReading(root);
  startReplying(root);
  startInserting(root);
  startMarks();
  startStaying(root);
}
