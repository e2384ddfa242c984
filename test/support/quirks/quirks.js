import { gzipSync } from "node:zlib";
import {
  atFirst,
  changed,
  changedHeader,
  elsewhere,
  error,
  immutable,
  instead,
  isBlob,
  isManifest,
  isTagList,
  late,
  missing,
  page,
  reads,
  reset,
  tokens,
  withQuery,
  writesTag,
} from "./kinds.js";

/** @typedef {import("./kinds.js").Quirk} Quirk */

const busy = error(429, "TOOMANYREQUESTS", "too many requests", { "retry-after": "1" });
const unsupported = (/** @type {number} */ status) =>
  instead(isTagList, error(status, "UNSUPPORTED", "tags are not listed here"));
const denied = error(403, "DENIED", "requested access to the resource is denied");
/** @type {import("./kinds.js").Which} */
const always = () => true;
/** @type {import("./kinds.js").Which} */
const readsManifest = (request) => isManifest(request) && reads(request);
/** @type {import("./kinds.js").Which} */
const isNoBlob = (request) => isManifest(request) || isTagList(request);
/** @type {import("./kinds.js").Which} */
const asksHead = (request) => isManifest(request) && request.method === "HEAD";
/** @type {(headers: Readonly<Record<string, string>>, name: string) => Record<string, string>} */
const without = (headers, name) => Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));
/** Pages of two, with another Link to the next. @type {(change: (link: string, url: string) => string) => Quirk} */
const links = (change) => (next, time) => {
  const linked = changedHeader(isTagList, "link", (link, { url }) => change(link, url))(next, time);
  return (request) =>
    linked(isTagList(request) && !request.url.includes("last=") ? withQuery(request, "n", "2") : request);
};

/**
 * What real registries do that the specification does not say, by name: for the command line, and for tests that go through
 * all of them.
 *
 * @type {Record<string, Quirk>}
 */
export const quirks = {
  /** Artifactory. */
  missing403: missing(denied),
  missing401: missing(
    error(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": 'Basic realm="registry"' }),
  ),
  missing401Bare: missing(error(401, "UNAUTHORIZED", "authentication required")),
  missing404Page: missing(page(404, "404 Not Found")),

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
  rateLimitedByDate: atFirst(
    {
      ...busy,
      headers: { date: "Fri, 10 Jan 2020 00:30:00 GMT", "retry-after": "Fri, 10 Jan 2020 00:30:02 GMT" },
    },
    1,
    isNoBlob,
  ),
  /** Longer than anybody waits. */
  rateLimitedForHours: (next) => {
    let told = false;
    return async (request) => {
      if (told || !writesTag(request)) return next(request);
      told = true;
      return { ...busy, headers: { "retry-after": "7200" } };
    };
  },
  rateLimitedTokens: tokens((realm) => `Bearer realm="${realm}",service="s"`, busy),
  unwell: atFirst(page(503, "503 Service Unavailable"), 2),
  resets: atFirst(reset(false), 1, isNoBlob),
  slow:
    (next, { wait }) =>
    async (request) => {
      await wait(500);
      return next(request);
    },
  /** Takes every request and never says a word. */
  hung:
    (_, { wait }) =>
    async () => {
      await wait(Infinity);
      return { status: 0, message: "no sign of life", sent: true };
    },

  pageSize100: (next) => async (request) =>
    isTagList(request) && Number(new URL(request.url).searchParams.get("n")) > 100
      ? error(400, "PAGINATION_NUMBER_INVALID", "invalid number of results requested")
      : next(request),
  linkWithOtherParameters: links((link) =>
    link.replace('rel="next"', 'type="application/json"; title="a, b; rel=last"; rel=next'),
  ),
  linkAbsolute: links((link, url) => link.replace("</", `<${new URL(url).origin}/`)),
  /** It calls itself by a name that is good only behind its proxy. */
  linkInternal: links((link) => link.replace("</", "<http://registry:5000/")),
  linkQueryAlone: links((link) => link.replace(/<[^?]*/, "<")),
  linkBare: links((link) => link.replace('"next"', "Next")),
  tagsNull: changed(isTagList, (answer) => {
    const none = answer.status === 404 || answer.body.includes('"tags":[]');
    return none ? { status: 200, headers: answer.headers, body: '{"name":"x","tags":null}' } : answer;
  }),
  tagsRefused400: unsupported(400),
  tagsRefused403: unsupported(403),
  tagsRefused404: instead(isTagList, page(404, "404 page not found")),
  tagsRefused405: unsupported(405),
  tagsRefused501: unsupported(501),
  tagsBroken: instead(isTagList, page(504, "504 Gateway Time-out")),

  /** What was just written is not there for a second. */
  lag: late(() => error(404, "MANIFEST_UNKNOWN", "manifest unknown")),
  /** What was just overwritten is there for a second. */
  stale: late((had) => had),
  /** The first write of each tag is carried out, and nobody hears of it. */
  lostAnswer: (next) => {
    const lost = new Set();
    return async (request) => {
      const answer = await next(request);
      if (!writesTag(request) || lost.has(request.url)) return answer;
      lost.add(request.url);
      return reset();
    };
  },
  /** The same, and it is the proxy before the registry that gives up. */
  lostAnswer504: (next) => {
    const lost = new Set();
    return async (request) => {
      const answer = await next(request);
      if (!writesTag(request) || lost.has(request.url)) return answer;
      lost.add(request.url);
      return page(504, "504 Gateway Time-out");
    };
  },
  /** The first write of each tag does not arrive. */
  lostWrite: atFirst(reset(), 1, writesTag),

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
  /** Who may push may not overwrite. */
  overwriteDenied: immutable(denied),
  full: (next) => async (request) =>
    reads(request) ? next(request) : error(500, "UNKNOWN", "filesystem: write /data: no space left on device"),
  readOnly: (next) => async (request) =>
    reads(request) ? next(request) : error(405, "UNSUPPORTED", "The operation is unsupported."),

  /** A manifest's type is spelt with a parameter on the way out, and not taken so on the way in. */
  strictContentType: (next, time) => {
    const spelt = changedHeader(isManifest, "content-type", (type) => `${type}; charset=utf-8`)(next, time);
    return async (request) => {
      const type = request.headers["content-type"] ?? "";
      const isStrange = writesTag(request) && type !== JSON.parse(request.body ?? "{}").mediaType;
      return isStrange
        ? error(400, "MANIFEST_INVALID", `manifest invalid: ${type} is not the manifest's own type`)
        : spelt(request);
    };
  },
  headRefused403: instead(asksHead, { status: 403, headers: {}, body: "" }),
  headRefused405: instead(asksHead, { status: 405, headers: {}, body: "" }),
  /** docker itself needs it of what it writes. */
  noDigest: changed(readsManifest, (answer) => ({
    ...answer,
    headers: without(answer.headers, "docker-content-digest"),
  })),
  /** What is refused is told in words that are no JSON. */
  plainErrors: changed(always, (answer) =>
    answer.status < 400
      ? answer
      : { ...answer, headers: { "content-type": "text/plain" }, body: `no: ${answer.status}` },
  ),
  /** As no client asked for it. Only where bodies are bytes. */
  gzipped: changed(
    (request) => request.method === "GET" && (isTagList(request) || isManifest(request)),
    (answer) => ({
      ...answer,
      headers: { ...answer.headers, "content-encoding": "gzip" },
      body: gzipSync(Buffer.from(answer.body, "latin1")).toString("latin1"),
    }),
  ),
  shoutedHeaders: changed(always, ({ headers: { "content-length": length, ...headers }, ...answer }) => {
    const shouted = Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]);
    return { ...answer, headers: { ...Object.fromEntries(shouted), "content-length": length ?? "0" } };
  }),
  blobsElsewhere: elsewhere(isBlob),
  manifestsElsewhere: elsewhere(isManifest),
  /** Something answers in its place. */
  loginPage: instead(readsManifest, page(200, "Sign in")),

  /** A token that has two names, one of them for nothing. */
  tokenForms: tokens((realm) => `Bearer realm="${realm}",service="a, b",error="invalid_token"`),
  /** Several challenges, and hardly a quote: more than docker itself understands. */
  challengeForms: tokens(
    (realm) => `Negotiate, Bearer realm=${realm},service="a, b",error=invalid_token, Basic realm=x`,
  ),
};
