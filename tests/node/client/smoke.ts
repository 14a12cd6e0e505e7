// What an integrator writes with the client generated from /openapi.json: node smoke.js ADDRESS USERNAME PASSWORD.
import assert from "node:assert/strict";

import {
  directoryLocate,
  publicListPublicCases,
  reportsGetDeadline,
  reportsGetReport,
  reportsSubmitReport,
  signInSignIn,
  staffAcceptCase,
  staffGetCase,
  staffListQueue,
} from "./generated/index.js";
import type { CaseLineOut, ProblemOut, SubmittedOut } from "./generated/index.js";
import { client } from "./generated/client.gen.js";

const [baseUrl, username, password] = process.argv.slice(2) as [string, string, string];
client.setConfig({ baseUrl });

const point = { lat: 20.9467, lon: 106.3134 };

// A citizen, without an account.
const where = await directoryLocate({ query: point, throwOnError: true });
assert.equal(where.data.area.commune?.name, "Phường Cẩm Thượng");

const sent = await reportsSubmitReport({
  body: {
    category: "lighting.street_lamp",
    description: "Đèn đường trước số 12 phố Cẩm Thượng không sáng ba hôm nay.",
    location: { ...point, accuracy_m: 15 },
  },
  headers: { "idempotency-key": crypto.randomUUID() },
  throwOnError: true,
});
const submitted: SubmittedOut = sent.data;
const secret = submitted.tracking_secret;
assert.ok(secret);
const mine = { path: { code: submitted.code }, headers: { "tracking-secret": secret } };
const own = await reportsGetReport({ ...mine, throwOnError: true });
assert.equal(own.data.responsible_unit.name, submitted.responsible_unit.name);
const deadline = await reportsGetDeadline({ ...mine, throwOnError: true });
assert.equal(deadline.data.due_at, submitted.due_at);

// A refusal is a typed problem that names the field.
const refused = await reportsSubmitReport({
  body: { category: "lighting.street_lamp", description: "Đèn hỏng", location: { ...point, accuracy_m: -1 } },
});
const problem = refused.error as ProblemOut;
assert.equal(problem.status, 422);
assert.equal(problem.errors?.[0]?.pointer, "/location/accuracy_m");
const unseen = await reportsGetReport({ path: { code: submitted.code } });
assert.equal(unseen.response?.status, 404);

// An officer, whose change names the version that he has seen.
const session = await signInSignIn({ body: { username, password }, throwOnError: true });
const officer = { auth: () => session.data.access_token };
const queue = await staffListQueue({ ...officer, throwOnError: true });
const line: CaseLineOut | undefined = queue.data.items.find((one) => one.code === submitted.code);
assert.ok(line);
const accept = (version: number) =>
  staffAcceptCase({
    ...officer,
    path: { code: line.code },
    headers: { "if-match": `"${version}"` },
  });
const accepted = await accept(line.version);
assert.equal(accepted.data?.state, "in_progress");
const stale = await accept(line.version);
assert.equal(stale.response?.status, 412);
const seen = await staffGetCase({
  ...officer,
  path: { code: line.code },
  throwOnError: true,
});
assert.equal(seen.data.version, line.version + 1);

// Whoever reads what is public.
const open = await publicListPublicCases({ query: { limit: 5 }, throwOnError: true });
assert.ok(Array.isArray(open.data.items));
console.log(`done: ${submitted.code}`);
