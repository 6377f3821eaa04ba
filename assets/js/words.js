// Every sentence that scripts say, in one place.
const count = (n, one, many) => (n === 1 ? one : `${n.toLocaleString("en-GB")} ${many}`);

export const words = {
  badge: (n) => (n > 99 ? "99+" : String(n)),
  close: "Close",
  copied: "Link copied. It opens only for people who may see this thread.",
  covered: "This page is covered",
  coveredMore: "Everything on it is as you left it.",
  elsewhere: (n) => count(n, "A new reply on another page of this thread.", "new replies on other pages of this thread."),
  fold: "Fold",
  goodbye: {
    signed_out: "You have signed out in another window.",
    suspended: "Your access has been suspended. The next page says why, and what you can do.",
    standing: "Your access has changed. The next page says why, and what you can do.",
    lapsed: "Your membership has ended. The next page says what you can do.",
    left: "Your account has been closed.",
    other: "Your sign-in has ended. The next page says why.",
  },
  goodbyeDraft: "What you were writing is kept in this browser.",
  neutralTitle: "Notes",
  newMark: "New",
  newSince: "New since you were here",
  newReplies: (n) => count(n, "1 new reply", "new replies"),
  newThings: (n) => count(n, "1 new notification", "new notifications"),
  offline: "You are offline. What you write is kept here.",
  offlineSubmit: "You are offline. Your text is kept here; send it when you are connected again.",
  onward: "Go on",
  passkeyFailed: "That did not work, or was stopped. Nothing has changed: try again, or go another way.",
  passkeyKnown: "This device has a passkey of yours already.",
  place: (n, total) => `Post ${n} of ${total}`,
  queueFailed: "That was not sent. It is here as you left it: try again.",
  queueGone: "Somebody has decided this meanwhile. Nothing of yours was done.",
  queueOffline: "You are offline. It is here as you left it; send it when you are connected again.",
  queueReason: "Choose a rule, or say why in your own words.",
  queueSend: "Send: ",
  queueSignedOut: "Your sign-in has ended. What you wrote is kept in this browser: sign in and send it again.",
  queueTaken: "Another moderator is on it.",
  reconnecting: "Reconnecting. Nothing is lost.",
  replies: (n) => count(n, "1 reply", "replies"),
  repliesTo: (name) => ` to ${name}`,
  repliesWord: (n) => (n === 1 ? " reply" : " replies"),
  restored: "This is what you had written here.",
  discard: "Start afresh",
  saved: "Saved",
  savedAgo: (ago) => `Saved ${ago}`,
  seeIt: "See it",
  showAgain: "Show again",
  somethingNew: "Something new",
  stale: "This page has missed too much to catch up.",
  reload: "Load it afresh",
  undo: "Undo",
  undoMasks: "Undo the masks",
  unfold: "Show",
  unreachable: "Live updates are blocked here. New replies appear a little later.",
};

const MINUTE = 60;
const HOUR = 3600;

/** How long ago, as people say it: `seconds` is a number, the answer "just now", "10 s ago", "5 min ago" or "3 h ago". */
export function ago(seconds) {
  if (seconds < 5) return "just now";
  if (seconds < MINUTE) return `${Math.floor(seconds / 10) * 10 || 5} s ago`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min ago`;
  return `${Math.floor(seconds / HOUR)} h ago`;
}
