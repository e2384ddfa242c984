import type { Host, HttpRequest, HttpResponse } from "../host/host.ts";
import { withRetries } from "../host/retry.ts";
import type { Certificates } from "./certificates.ts";
import { type Access, authorize, type Pass } from "./authorize.ts";
import type { Credentials } from "./credentials.ts";
import { type Answer, type Asked, Refusal, refused, senseless, unanswered } from "./refusal.ts";

/** How to reach a repository. */
export interface Place {
  host: Pick<Host, "request" | "sleep" | "random" | "signal" | "now" | "outside">;
  /** The registry's name, for messages. */
  registry: string;
  /** `https://my-registry.com`, without a slash at the end. */
  origin: string;
  /** The repository's path. */
  path: string;
  /** Looked up when they are needed. */
  credentials: () => Promise<Credentials | null>;
  certificates: () => Promise<Certificates>;
  /** The proxy that leads to a URL; null where there is none. */
  proxyFor: (url: string) => string | null;
  say: (line: string) => void;
}

/** A request to the registry; `what` says in messages what it is about. */
interface Question {
  what: string;
  method: "GET" | "HEAD" | "PUT" | "POST";
  /** From the origin on, `/v2/…`. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
}

/** Sends requests about one repository. What is not a success (2xx) is a Refusal. */
export interface Connection {
  /** Asks again while the registry is only busy or unwell. */
  read(question: Question): Promise<Answer<HttpResponse>>;
  /** Asks once. */
  write(question: Question): Promise<Answer<HttpResponse>>;
}

const stopped = "the run was interrupted";
const mostRedirects = 5;
const mostLogins = 2;
/** A registry that gives no answer at all is not asked again after this time, in milliseconds. */
const patience = 60_000;

/** A connection to the registry: with login, redirects, retries, an end and a word for every wait. */
export function connect(place: Place): Connection {
  const { host, registry, say } = place;
  const passes = new Map<Access, Promise<Answer<Pass | null>>>();

  /** One request as it is; a 401 is an answer that may be helped. */
  const send = async (asked: Asked, request: HttpRequest): Promise<Answer<HttpResponse>> => {
    const onWait = (seconds: number) => say(`${registry}: ${asked.what}: no answer for ${seconds} s, still waiting`);
    const response = await follow(place, { ...request, onWait });
    if (response === null) return senseless(asked, `more than ${mostRedirects} redirects`);
    if ("message" in response) {
      const none = { ...response, message: host.outside(response.message) };
      return unanswered(asked, none, registry, host.signal.aborted);
    }
    return response.status === 401 || isSuccess(response) ? response : refused(asked, response, host);
  };

  const retrying: typeof send = async (asked, request) => {
    const started = host.now();
    const answer = await withRetries(
      // A pause that is interrupted ends, and nothing is thrown.
      { random: host.random, signal: host.signal, sleep: (pause) => host.sleep(pause).catch(() => undefined) },
      { what: registry, say },
      () => send(asked, request),
      (refusal) => {
        if (!(refusal instanceof Refusal) || !refusal.passing) return null;
        const hopeless = refusal.status === 0 && host.now() - started >= patience;
        return hopeless ? null : { why: refusal.message, asked: refusal.retryAfter };
      },
    );
    const interrupted = answer instanceof Refusal && host.signal.aborted;
    return interrupted ? unanswered(asked, { status: 0, message: stopped, sent: false }, registry, true) : answer;
  };

  const login = async (response: HttpResponse, access: Access): Promise<Answer<Pass | null>> => {
    const asked: Asked = { what: `the login for ${place.path}`, writes: false };
    const credentials = await place.credentials();
    const ask = async (request: HttpRequest) => onlySuccess(asked, await retrying(asked, request), host);
    return authorize({ credentials, path: place.path, now: host.now, send: ask }, response, access);
  };

  const exchange = async (question: Question, access: Access): Promise<Answer<HttpResponse>> => {
    const { what, path, ...rest } = question;
    const asked: Asked = { what, writes: access === "pull,push" };
    const ask = (pass: Pass | null) => {
      const headers = { ...rest.headers, ...(pass === null ? {} : { authorization: pass.header }) };
      return (asked.writes ? send : retrying)(asked, { ...rest, url: place.origin + path, headers });
    };
    let known = passes.get(access);
    let pass = stillGood(await known, host.now());
    for (let logins = 0; ; logins++) {
      const response = await ask(pass);
      if (response instanceof Refusal || isSuccess(response)) return response;
      // A pass that was just given helps no more, unless it has expired in a long wait.
      const spent = pass === null || pass.until <= host.now();
      if (logins === mostLogins || (logins > 0 && !spent)) return refused(asked, response, host);
      // Of requests that are refused at the same time the first logs in for all.
      if (passes.get(access) === known) passes.set(access, login(response, access));
      known = passes.get(access);
      const fresh = (await known) ?? null;
      if (fresh instanceof Refusal) return fresh;
      if (fresh === null || fresh.header === pass?.header) return refused(asked, response, host);
      pass = fresh;
    }
  };

  return { read: (question) => exchange(question, "pull"), write: (question) => exchange(question, "pull,push") };
}

function isSuccess({ status }: HttpResponse): boolean {
  return status >= 200 && status < 300;
}

function onlySuccess(asked: Asked, response: Answer<HttpResponse>, host: Place["host"]): Answer<HttpResponse> {
  return response instanceof Refusal || isSuccess(response) ? response : refused(asked, response, host);
}

function stillGood(pass: Answer<Pass | null> | undefined, now: number): Pass | null {
  return pass === undefined || pass === null || pass instanceof Refusal || pass.until <= now ? null : pass;
}

/** The request with the proxy that leads there, what is trusted, and who we are: a certificate is for the registry alone. */
export async function withWay(
  { origin, certificates, proxyFor }: Pick<Place, "origin" | "certificates" | "proxyFor">,
  request: HttpRequest,
): Promise<HttpRequest> {
  const { ca, identities } = request.url.startsWith("https:") ? await certificates() : { ca: [], identities: [] };
  const isOwn = request.url.startsWith(`${origin}/`);
  const proxy = proxyFor(request.url);
  return {
    ...request,
    ...(ca.length === 0 ? {} : { ca }),
    ...(identities.length === 0 || !isOwn ? {} : { identities }),
    ...(proxy === null ? {} : { proxy }),
  };
}

/** Follows redirects, as blobs often lie elsewhere; null if there is no end to them. The login is for the registry alone. */
async function follow(place: Place, first: HttpRequest) {
  let request = first;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await place.host.request(await withWay(place, request));
    const next = "message" in response ? null : redirected(request, response);
    if (next === null) return response;
    request = next;
  }
  return null;
}

/** https://httpwg.org/specs/rfc9110.html#status.3xx: only 307 and 308 are safe for what is not a GET or HEAD. */
function redirected(request: HttpRequest, { status, headers }: HttpResponse): HttpRequest | null {
  const reads = request.method === "GET" || request.method === "HEAD";
  const location = headers["location"] ?? "";
  const follows = status === 307 || status === 308 || (reads && (status === 301 || status === 302 || status === 303));
  if (!follows || location === "" || !URL.canParse(location, request.url)) return null;
  const url = new URL(location, request.url);
  const same = url.origin === new URL(request.url).origin;
  const kept = Object.entries(request.headers).filter(([name]) => same || name.toLowerCase() !== "authorization");
  return { ...request, url: url.href, headers: Object.fromEntries(kept) };
}
