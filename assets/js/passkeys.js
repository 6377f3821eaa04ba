// Passkeys: the browser asks the member's device, and what that answers goes into the form around the button.
import { words } from "./words.js";

const fromText = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const toText = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

if (window.PublicKeyCredential && navigator.credentials) {
  for (const part of document.querySelectorAll("[data-passkey-part]")) part.hidden = false;
  for (const note of document.querySelectorAll("[data-passkey-none]")) note.hidden = true;
  for (const button of document.querySelectorAll("[data-passkey]")) button.addEventListener("click", () => run(button));
}

async function run(button) {
  const { form } = button;
  const said = form.querySelector("[data-passkey-said]");
  said.hidden = true;
  button.disabled = true;
  try {
    const options = await optionsFor(button);
    if (options) await answer(button, options);
  } catch (error) {
    said.textContent = error.name === "InvalidStateError" ? words.passkeyKnown : words.passkeyFailed;
    said.hidden = false;
  } finally {
    button.disabled = false;
  }
}

/** What the server wants to know; null where another page must be seen first. */
async function optionsFor({ dataset, form }) {
  const response = await fetch(dataset.options, {
    method: "POST",
    headers: { Accept: "application/json", "X-CSRFToken": form.elements.csrf_token.value },
    body: new URLSearchParams({ after: dataset.after }),
  });
  const told = await response.json();
  if (response.ok) return told;
  if (!told.url) throw new Error(told.error);
  location.assign(told.url);
  return null;
}

async function answer({ dataset, form }, options) {
  const asked = dataset.passkey === "create" ? askToMake(options) : askToUse(options);
  form.elements[dataset.field].value = JSON.stringify(asPlain(await asked));
  form.requestSubmit();
}

const withIds = (list = []) => list.map((known) => ({ ...known, id: fromText(known.id) }));

function askToMake(options) {
  const user = { ...options.user, id: fromText(options.user.id) };
  const excludeCredentials = withIds(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: { ...options, user, challenge: fromText(options.challenge), excludeCredentials } });
}

function askToUse(options) {
  const allowCredentials = withIds(options.allowCredentials);
  return navigator.credentials.get({ publicKey: { ...options, challenge: fromText(options.challenge), allowCredentials } });
}

/** The browser's answer as JSON can hold it (WebAuthn 5.1.3). */
function asPlain({ id, rawId, type, response }) {
  const plain = { clientDataJSON: toText(response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) plain[name] = toText(response[name]);
  }
  if (response.getTransports) plain.transports = response.getTransports();
  return { id, rawId: toText(rawId), type, response: plain, clientExtensionResults: {} };
}
