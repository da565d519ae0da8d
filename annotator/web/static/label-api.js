// Requests of the labelling page, and one kind of error for everything that can go wrong with them.

const TIMEOUT_MS = 15_000;
const PASSING = new Set([408, 425, 429]);
const KINDS = { 401: "signed-out", 403: "forbidden", 404: "gone", 409: "expired", 422: "refused" };

/** `kind` is one of signed-out, forbidden, gone, expired, refused, server, network; the last two are worth another try. */
export class RequestError extends Error {
  constructor(kind, { what = "", where = "", mend = "" } = {}) {
    super(what || kind);
    this.kind = kind;
    this.what = what;
    this.where = where;
    this.mend = mend;
  }

  get passing() {
    return this.kind === "server" || this.kind === "network";
  }
}

/** Where this page asks: empty for real work, "training/" for training cards. */
export const prefix = document.getElementById("label-page")?.dataset.prefix ?? "";

const cookie = (name) =>
  document.cookie.split("; ").find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1) ?? "";

/** The token of this page's session. */
export const csrf = () => decodeURIComponent(cookie("csrf"));

async function request(path, options) {
  let response;
  try {
    response = await fetch(path, { ...options, credentials: "same-origin", signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    throw new RequestError("network");
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => ({}));
  throw new RequestError(KINDS[response.status] ?? (PASSING.has(response.status) || response.status >= 500 ? "server" : "refused"), body.error);
}

export async function post(path, body) {
  const headers = { "X-CSRF-Token": csrf() };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  return request(`/api/v1/${path}`, { method: "POST", headers, body: body && JSON.stringify(body) });
}

/** The next posting under a lease, with the seconds that are left for it, or {empty: reason, seconds, minutes} when there is none. */
export async function nextPosting() {
  const response = await post(`${prefix}next`);
  if (response.status === 200) return posting(await response.json(), response);
  return nothing(response.headers.get("reason"), response.headers.get("retry-after"));
}

function posting(given, response) {
  const now = Date.parse(response.headers.get("date")) || Date.now(); // the service's clock, not this machine's
  return { ...given, seconds: (Date.parse(given.expires_at) - now) / 1000 };
}

function nothing(reason, retryAfter) {
  const seconds = Number(retryAfter);
  return { empty: reason ?? "none", seconds, minutes: seconds ? Math.ceil(seconds / 60) : null };
}

/**
 * Store an answer; returns what the service says of it: in real work with `given`, as `nextPosting` gives it; in training with
 * `feedback`, the page that explains it.
 */
export async function sendAnswer(answer) {
  if (prefix) return (await post(`${prefix}answers`, answer)).json();
  const response = await post("answers", { ...answer, then_next: true });
  const stored = await response.json();
  return { ...stored, given: stored.next ? posting(stored.next, response) : nothing(stored.nothing.reason, stored.nothing.retry_after) };
}
export const skip = (lease) => post(`${prefix}skip`, { lease });
export const flag = (lease, kind, note) => post(`${prefix}flag`, note ? { lease, kind, note } : { lease, kind });
/** Take back a skip or a flag; where that cannot be, the error is `refused` and says why. */
export const undo = (lease) => post(`${prefix}undo`, { lease }).catch((error) => {
  if (error.kind === "expired" || error.kind === "gone") error.kind = "refused";
  throw error;
});
export const pause = () => post(`${prefix}pause`);
export const progress = async () => (await request("/api/v1/progress")).json();
export const guideline = async ({ name, version }) => (await request(`/guideline/${name}/${version}`)).text();

/** A key that makes an answer recognisable when it is sent again. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
