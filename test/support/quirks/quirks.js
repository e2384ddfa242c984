/**
 * What real registries do that the specification does not say. A quirk stands before a registry and may answer in its
 * place, change the answer, or give none; what it remembers, it remembers from the moment it is put there.
 *
 * @typedef {import("../../../src/host/host.ts").HttpRequest} HttpRequest
 * @typedef {import("../../../src/host/host.ts").HttpResponse} HttpResponse
 * @typedef {import("../../../src/host/host.ts").NoResponse} NoResponse
 * @typedef {(request: HttpRequest) => Promise<HttpResponse | NoResponse>} Handle
 * @typedef {(next: Handle) => Handle} Quirk
 */

/** The quirks before `next`, the first outermost. @type {(next: Handle, quirks: readonly Quirk[]) => Handle} */
export function withQuirks(next, quirks) {
  return quirks.reduceRight((handle, quirk) => quirk(handle), next);
}

/** @param {number} status @param {string} code @param {string} message @param {Record<string, string>} [headers] */
function error(status, code, message, headers = {}) {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/** @param {HttpRequest} request */
const isManifest = ({ url }) => /\/manifests\/[^/]+$/.test(url);
/** @param {HttpRequest} request */
const isTagList = ({ url }) => new URL(url).pathname.endsWith("/tags/list");
/** @param {HttpRequest} request */
const reads = ({ method }) => method === "GET" || method === "HEAD";
/** A write of a tag: what is pushed by digest belongs to an index. @param {HttpRequest} request */
const writesTag = (request) => request.method === "PUT" && isManifest(request) && !/\/sha256:\w+$/.test(request.url);
/** @param {HttpRequest} request @param {string} name @param {string} value */
const withQuery = (request, name, value) => {
  const url = new URL(request.url);
  url.searchParams.set(name, value);
  return { ...request, url: url.href };
};

/** Who may not know whether there is such a tag is told no. @type {(refusal: HttpResponse) => Quirk} */
const missing = (refusal) => (next) => async (request) => {
  const answer = await next(request);
  return isManifest(request) && reads(request) && answer.status === 404 ? refusal : answer;
};

/** @type {(status: number) => Quirk} */
const tagsRefused = (status) => (next) => async (request) =>
  isTagList(request) ? error(status, "UNSUPPORTED", "tags are not listed here") : next(request);

/** A tag that is there stays what it is, even if it would be the same. @type {(refusal: HttpResponse) => Quirk} */
const immutable = (refusal) => (next) => async (request) => {
  if (!writesTag(request)) return next(request);
  const { url, headers } = request;
  const there = await next({ method: "HEAD", url, headers: { ...headers, accept: "*/*" } });
  return there.status === 200 ? refusal : next(request);
};

/** Each request is told this so many times before it is let through. @type {(answer: HttpResponse | NoResponse, times: number, which?: (request: HttpRequest) => boolean) => Quirk} */
const atFirst =
  (answer, times, which = () => true) =>
  (next) => {
    /** @type {Map<string, number>} */
    const told = new Map();
    return async (request) => {
      const key = `${request.method} ${request.url}`;
      const already = told.get(key) ?? 0;
      if (!which(request) || already >= times) return next(request);
      told.set(key, already + 1);
      return answer;
    };
  };

/** @type {(milliseconds: number) => Promise<void>} */
const wait = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Wants a token, which it gives to everybody. @type {(challenge: (realm: string) => string) => Quirk} */
const tokens = (challenge) => (next) => async (request) => {
  const { origin, pathname } = new URL(request.url);
  if (pathname === "/token") {
    const body = JSON.stringify({ token: "", access_token: "abc", expires_in: 300 });
    return { status: 200, headers: { "content-type": "application/json" }, body };
  }
  const { authorization, ...headers } = request.headers;
  if (authorization === "Bearer abc") return next({ ...request, headers });
  const asked = challenge(`${origin}/token`);
  return error(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": asked });
};

const busy = error(429, "TOOMANYREQUESTS", "too many requests", { "retry-after": "1" });

/** By name, for the command line and for tests that go through all of them. @type {Record<string, Quirk>} */
export const quirks = {
  /** Artifactory. */
  missing403: missing(error(403, "DENIED", "requested access to the resource is denied")),
  missing401: missing(
    error(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": 'Basic realm="registry"' }),
  ),
  /** The first write of a tag has to wait, and nothing else. */
  rateLimitedPut: (next) => {
    let waited = false;
    return async (request) => {
      if (waited || !writesTag(request)) return next(request);
      waited = true;
      return busy;
    };
  },
  rateLimitedAll: atFirst(busy, 2),
  unwell: atFirst({ status: 503, headers: {}, body: "<html><title>503 Service Unavailable</title></html>" }, 2),
  pageSize100: (next) => async (request) =>
    isTagList(request) && Number(new URL(request.url).searchParams.get("n")) > 100
      ? error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
      : next(request),
  linkWithOtherParameters: (next) => async (request) => {
    const answer = await next(isTagList(request) ? withQuery(request, "n", "2") : request);
    const link = "headers" in answer ? answer.headers["link"] : undefined;
    if (!("headers" in answer) || link === undefined) return answer;
    const changed = link.replace('rel="next"', 'type="application/json"; title="a, b; rel=last"; rel=next');
    return { ...answer, headers: { ...answer.headers, link: changed } };
  },
  tagsRefused400: tagsRefused(400),
  tagsRefused403: tagsRefused(403),
  tagsRefused405: tagsRefused(405),
  tagsRefused501: tagsRefused(501),
  /** What was just written is not there for a second. */
  lag: (next) => {
    /** @type {Map<string, number>} */
    const written = new Map();
    return async (request) => {
      const answer = await next(request);
      if (request.method === "PUT" && isManifest(request)) written.set(request.url, Date.now());
      const fresh = Date.now() - (written.get(request.url) ?? 0) < 1000;
      return fresh && reads(request) ? error(404, "MANIFEST_UNKNOWN", "manifest unknown") : answer;
    };
  },
  /** The first write of each tag is carried out, and nobody hears of it. */
  lostAnswer: (next) => {
    const lost = new Set();
    return async (request) => {
      const answer = await next(request);
      if (!writesTag(request) || lost.has(request.url)) return answer;
      lost.add(request.url);
      return { status: 0, message: "ECONNRESET: the answer was lost", sent: true };
    };
  },
  immutableEcr: immutable(
    error(
      400,
      "TAG_INVALID",
      "The image tag already exists and cannot be overwritten because the repository is immutable.",
    ),
  ),
  immutableHarbor: immutable(
    error(412, "PRECONDITION", "Failed to process request due to the tag configured as immutable."),
  ),
  immutableHarborConflict: immutable(error(409, "PRECONDITION", "The tag is configured as immutable.")),
  immutableArtifactRegistry: immutable(
    error(400, "MANIFEST_INVALID", "Cannot update the tag. The repository has enabled tag immutability."),
  ),
  /** A manifest's type is spelt with a parameter on the way out, and not taken so on the way in. */
  strictContentType: (next) => async (request) => {
    const type = request.headers["content-type"] ?? "";
    if (request.method === "PUT" && isManifest(request) && type !== JSON.parse(request.body ?? "{}").mediaType) {
      return error(400, "MANIFEST_INVALID", `manifest invalid: ${type} is not the manifest's own type`);
    }
    const answer = await next(request);
    if (!isManifest(request) || !("headers" in answer)) return answer;
    const given = answer.headers["content-type"] ?? "application/json";
    return { ...answer, headers: { ...answer.headers, "content-type": `${given}; charset=utf-8` } };
  },
  /** A token that has two names, one of them for nothing. */
  tokenForms: tokens((realm) => `Bearer realm="${realm}",service="a, b",error="invalid_token"`),
  /** Several challenges, and hardly a quote: more than docker itself understands. */
  challengeForms: tokens(
    (realm) => `Negotiate, Bearer realm=${realm},service="a, b",error=invalid_token, Basic realm=x`,
  ),
  full: (next) => async (request) =>
    reads(request) ? next(request) : error(500, "UNKNOWN", "filesystem: write /data: no space left on device"),
  slow: (next) => async (request) => {
    await wait(500);
    return next(request);
  },
  /** Takes every request and never says a word. */
  hung: () => () => new Promise(() => undefined),
};
