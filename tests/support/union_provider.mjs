// The union's own identity provider, for tests: the certified oidc-provider with a sign-in page of one field.
// Called with one word, JSON: port, client (as registered), people (login -> claims), inIdToken (claims there at once).
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import Provider from "oidc-provider";

const given = JSON.parse(process.argv[2]);
const issuer = `http://127.0.0.1:${given.port}`;
let provider;

function makeProvider(kind) {
  const options = kind === "EC" ? ["ec", { namedCurve: "P-256" }] : ["rsa", { modulusLength: 2048 }];
  const key = generateKeyPairSync(...options).privateKey.export({ format: "jwk" });
  const made = new Provider(issuer, {
    clients: [{ ...given.client, id_token_signed_response_alg: kind === "EC" ? "ES256" : "RS256" }],
    jwks: { keys: [{ ...key, kid: randomUUID(), use: "sig" }] },
    cookies: { keys: ["only for tests"] },
    scopes: ["openid", "email", "profile", "membership"],
    claims: {
      openid: ["sub"],
      email: ["email", "email_verified"],
      profile: ["name"],
      membership: ["union_number"],
    },
    conformIdTokenClaims: !given.inIdToken,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_context, interaction) => `/login/${interaction.uid}` },
    findAccount: (_context, login) =>
      given.people[login] && { accountId: login, claims: () => ({ sub: login, ...given.people[login] }) },
    loadExistingGrant,
  });
  return { made, callback: made.callback() };
}

async function loadExistingGrant(context) {
  const { client, session } = context.oidc;
  const grant = new context.oidc.provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid email profile membership");
  await grant.save();
  return grant;
}

async function bodyOf(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return new URLSearchParams(text);
}

async function answer(request, response) {
  if (request.url.startsWith("/control/rotate")) {
    provider = makeProvider(request.url.endsWith("EC") ? "EC" : "RSA");
    response.end("rotated");
  } else if (request.url.startsWith("/login/") && request.method === "GET") {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>The union</title><form method="post"><h1>The union</h1>
      <label>Login <input name="login"></label><button>Sign in</button></form></html>`);
  } else if (request.url.startsWith("/login/")) {
    const login = (await bodyOf(request)).get("login");
    const result = login ? { login: { accountId: login } } : { error: "access_denied" };
    await provider.made.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else {
    provider.callback(request, response);
  }
}

provider = makeProvider("RSA");
createServer((request, response) => {
  answer(request, response).catch((error) => {
    console.error(error);
    response.statusCode = 500;
    response.end();
  });
}).listen(given.port, "127.0.0.1");
