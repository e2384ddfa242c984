import { accept } from "../published.js";

/**
 * What quirks are made of. A quirk stands before a registry and may answer in its place, change the answer, or give none;
 * what it remembers, it remembers from the moment it is put there.
 *
 * @typedef {import("../../../src/host/host.ts").HttpRequest} HttpRequest
 * @typedef {import("../../../src/host/host.ts").HttpResponse} HttpResponse
 * @typedef {import("../../../src/host/host.ts").NoResponse} NoResponse
 * @typedef {(request: HttpRequest) => Promise<HttpResponse | NoResponse>} Handle
 * @typedef {(next: Handle, time: Time) => Handle} Quirk
 *
 * @typedef {object} Time Tests have one of their own, in which nothing takes long.
 * @property {() => number} now In milliseconds since 1970.
 * @property {(milliseconds: number) => Promise<void>} wait For ever, if it is Infinity and the time is the real one.
 */

/** @type {Time} */
const realTime = {
  now: () => Date.now(),
  wait: (milliseconds) =>
    new Promise((resolve) => {
      if (milliseconds < Infinity) setTimeout(resolve, milliseconds);
    }),
};

/** The quirks before `next`, the first outermost. @type {(next: Handle, quirks: readonly Quirk[], time?: Time) => Handle} */
export function withQuirks(next, quirks, time = realTime) {
  return quirks.reduceRight((handle, quirk) => quirk(handle, time), next);
}

/** @type {(status: number, code: string, message: string, headers?: Record<string, string>) => HttpResponse} */
export function error(status, code, message, headers = {}) {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { status, headers: { "content-type": "application/json", ...headers }, body };
}

/** @type {(status: number, title: string, headers?: Record<string, string>) => HttpResponse} */
export function page(status, title, headers = {}) {
  const body = `<html><head><title>${title}</title></head><body></body></html>`;
  return { status, headers: { "content-type": "text/html", ...headers }, body };
}

/** Nobody hears what became of it. @type {(sent?: boolean) => NoResponse} */
export const reset = (sent = true) => ({ status: 0, message: "read ECONNRESET", sent });

/** @typedef {(request: HttpRequest) => boolean} Which */

/** @type {Which} */
export const isManifest = ({ url }) => /\/manifests\/[^/]+$/.test(url);
/** @type {Which} */
export const isBlob = ({ url }) => /\/blobs\/[^/]+$/.test(url);
/** @type {Which} */
export const isTagList = ({ url }) => new URL(url).pathname.endsWith("/tags/list");
/** @type {Which} */
export const reads = ({ method }) => method === "GET" || method === "HEAD";
/** A write of a tag: what is pushed by digest belongs to an index. @type {Which} */
export const writesTag = (request) =>
  request.method === "PUT" && isManifest(request) && !/\/sha256:\w+$/.test(request.url);

/** @type {(request: HttpRequest, name: string, value: string) => HttpRequest} */
export function withQuery(request, name, value) {
  const url = new URL(request.url);
  url.searchParams.set(name, value);
  return { ...request, url: url.href };
}

/** Some requests have this for an answer. @type {(which: Which, answer: HttpResponse | NoResponse) => Quirk} */
export const instead = (which, answer) => (next) => async (request) => (which(request) ? answer : next(request));

/** The answers to some requests are changed. @type {(which: Which, change: (answer: HttpResponse, request: HttpRequest) => HttpResponse) => Quirk} */
export const changed = (which, change) => (next) => async (request) => {
  const answer = await next(request);
  return which(request) && "headers" in answer ? change(answer, request) : answer;
};

/** The same for what a header says. @type {(which: Which, name: string, change: (value: string, request: HttpRequest) => string) => Quirk} */
export const changedHeader = (which, name, change) =>
  changed(which, (answer, request) => {
    const value = answer.headers[name];
    return value === undefined ? answer : { ...answer, headers: { ...answer.headers, [name]: change(value, request) } };
  });

/** Who may not know whether there is such a tag is told no. @type {(refusal: HttpResponse) => Quirk} */
export const missing = (refusal) =>
  changed(
    (request) => isManifest(request) && reads(request),
    (answer) => (answer.status === 404 ? refusal : answer),
  );

/** A tag that is there stays what it is, even if it would be the same. @type {(refusal: HttpResponse) => Quirk} */
export const immutable = (refusal) => (next) => async (request) => {
  if (!writesTag(request)) return next(request);
  const { url, headers } = request;
  const there = await next({ method: "HEAD", url, headers: { ...headers, accept: "*/*" } });
  return there.status === 200 ? refusal : next(request);
};

/** Each request is told this so many times before it is let through. @type {(answer: HttpResponse | NoResponse, times: number, which?: Which) => Quirk} */
export const atFirst =
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

/** What was just written is seen a second later: until then there is what `before` makes of it. @type {(before: (had: HttpResponse | NoResponse) => HttpResponse | NoResponse) => Quirk} */
export const late = (before) => (next, time) => {
  /** @type {Map<string, { at: number, had: HttpResponse | NoResponse }>} */
  const written = new Map();
  return async (request) => {
    const { url, headers } = request;
    if (writesTag(request)) {
      // A registry that may not answer with the type that is up converts it to an older one, with a digest of its own.
      const had = await next({ method: "GET", url, headers: { ...headers, accept } });
      const answer = await next(request);
      written.set(url, { at: time.now(), had });
      return answer;
    }
    const last = written.get(url);
    const isFresh = last !== undefined && time.now() - last.at < 1000;
    return isFresh && reads(request) ? before(last.had) : next(request);
  };
};

/** Wants a token, which it gives to everybody. @type {(challenge: (realm: string) => string, refusal?: HttpResponse) => Quirk} */
export const tokens = (challenge, refusal) => (next) => {
  let refused = refusal === undefined;
  return async (request) => {
    const { origin, pathname } = new URL(request.url);
    if (pathname === "/token") {
      const first = !refused;
      refused = true;
      if (first && refusal !== undefined) return refusal;
      const body = JSON.stringify({ token: "", access_token: "abc", expires_in: 300 });
      return { status: 200, headers: { "content-type": "application/json" }, body };
    }
    const { authorization, ...headers } = request.headers;
    if (authorization === "Bearer abc") return next({ ...request, headers });
    const asked = challenge(`${origin}/token`);
    return error(401, "UNAUTHORIZED", "authentication required", { "www-authenticate": asked });
  };
};

/**
 * Some of what it has lies elsewhere, under a link that is good by itself: a login that goes along is one too many.
 *
 * @type {(which: Which) => Quirk}
 */
export const elsewhere = (which) => (next) => async (request) => {
  const url = new URL(request.url);
  if (url.searchParams.has("signature")) {
    if ("authorization" in request.headers) return page(400, "Only one auth mechanism allowed");
    url.searchParams.delete("signature");
    url.hostname = url.hostname === "127.0.0.1" ? "localhost" : url.hostname.replace(/^storage\./, "");
    return next({ ...request, url: url.href });
  }
  if (!which(request) || !reads(request)) return next(request);
  const there = await next(request);
  if (there.status !== 200) return there;
  url.searchParams.set("signature", "abc");
  url.hostname = url.hostname === "localhost" ? "127.0.0.1" : `storage.${url.hostname}`;
  return { status: 307, headers: { location: url.href }, body: "" };
};
