// Whether somebody has switched single-letter shortcuts off in this browser (WCAG 2.1.4).
export const OFF = "ke-keys-off";

export function isOff() {
  try {
    return localStorage.getItem(OFF) === "1";
  } catch {
    return false;
  }
}
