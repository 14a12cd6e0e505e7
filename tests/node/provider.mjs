// A provider of OpenID Connect as a country's identity would be: node provider.mjs PORT REDIRECT… Whoever types a name is
// that person; "level=2" in the form is how well they are known. Says "ready" when it takes connections.
import http from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";

const [port, ...redirects] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const { privateKey } = await generateKeyPair("RS256", { extractable: true });
const provider = new Provider(issuer, {
  clients: [
    { client_id: "lienthong", client_secret: "secret: 1+1&2%", redirect_uris: redirects, application_type: "native" },
  ],
  acrValues: ["urn:test:loa1", "urn:test:loa2"],
  claims: { openid: ["sub"], email: ["email", "email_verified"], acr: null },
  jwks: { keys: [{ ...(await exportJWK(privateKey)), use: "sig", alg: "RS256" }] },
  cookies: { keys: ["only for tests"] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_context, id) => ({
    accountId: id,
    claims: () => ({ sub: id, email: `${id}@Example.vn`, email_verified: !id.startsWith("unverified") }),
  }),
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  async loadExistingGrant(context) {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope("openid email");
    await grant.save();
    return grant;
  },
});
const page = `<!doctype html><html lang="vi"><title>Định danh</title><h1>Đăng nhập định danh</h1><form method="post">
<label>Tên <input name="name"></label><label>Mức <input name="level" value="2"></label><button>Đăng nhập</button></form>`;
const answer = provider.callback();

async function interact(request, response) {
  if (request.method !== "POST") {
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
    response.end(page);
    return;
  }
  let body = "";
  for await (const piece of request) body += piece;
  const form = new URLSearchParams(body);
  const result = form.get("name")
    ? { login: { accountId: form.get("name"), acr: `urn:test:loa${form.get("level") ?? 1}`, remember: false }, consent: {} }
    : { error: "access_denied", error_description: "cancelled" };
  await provider.interactionFinished(request, response, result);
}

http
  .createServer((request, response) => {
    if (!request.url.startsWith("/interaction/")) return answer(request, response);
    interact(request, response).catch((error) => {
      response.writeHead(400);
      response.end(String(error));
    });
  })
  .listen(Number(port), "127.0.0.1", () => console.log("ready"));
