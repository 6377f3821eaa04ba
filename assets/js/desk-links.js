// For members who want no titles in addresses: the server takes them out of its pages; posts that come through the socket are the same
// for everybody, so the links that people have written into them are seen to here, before they are followed.
import { desk } from "./desk.js";

if (desk.isPlain) for (const sign of ["pointerover", "pointerdown", "focusin"]) addEventListener(sign, strip, { capture: true, passive: true });

function strip({ target }) {
  const link = target.closest?.(".prose a[href]");
  const found = link?.origin === location.origin && link.pathname.match(/^(\/t\/\d+)\/[^/]+$/);
  if (found) link.pathname = found[1];
}
