import type { Host, HttpRequest, HttpResponse } from "../host/host.ts";
import { withRetries } from "../host/retry.ts";
import { type Access, authorize, type Pass, passOf } from "./authorize.ts";
import type { Credentials } from "./credentials.ts";
import { type Answer, type Asked, Refusal, refused, senseless, unanswered } from "./refusal.ts";

/** How to reach a repository. */
export interface Place {
  host: Pick<Host, "request" | "sleep" | "random" | "signal" | "now">;
  /** The registry's name, for messages. */
  registry: string;
  /** `https://my-registry.com`, without a slash at the end. */
  origin: string;
  /** The repository's path. */
  path: string;
  /** Looked up when they are needed. */
  credentials: () => Promise<Credentials | null>;
  certificates: () => Promise<readonly string[]>;
  say: (line: string) => void;
}

/** A request to the registry; `what` says in messages what it is about. */
export interface Question {
  what: string;
  method: "GET" | "HEAD" | "PUT";
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

const mostRedirects = 5;
/** A registry that gives no answer at all is not asked again after this time, in milliseconds. */
const patience = 60_000;

/** A connection to the registry: with login, redirects, retries, an end and a word for every wait. */
export function connect(place: Place): Connection {
  const { host, registry, say } = place;
  const passes = new Map<Access, Promise<Answer<Pass | null>>>();

  const retrying = (attempt: () => Promise<Answer<HttpResponse>>): Promise<Answer<HttpResponse>> => {
    const started = host.now();
    return withRetries(host, { what: registry, say }, attempt, (answer) => {
      if (!(answer instanceof Refusal) || !answer.passing) return null;
      const hopeless = answer.status === 0 && host.now() - started >= patience;
      return hopeless ? null : { why: answer.message, asked: answer.retryAfter };
    });
  };

  /** One request, without its login. */
  const send = async (asked: Asked, request: HttpRequest): Promise<Answer<HttpResponse>> => {
    const ca = request.url.startsWith("https:") ? await place.certificates() : [];
    const onWait = (seconds: number) => say(`${registry}: waiting for an answer about ${asked.what} for ${seconds} s`);
    const response = await follow(host, { ...request, ...(ca.length === 0 ? {} : { ca }), onWait });
    if (response === null) return senseless(asked, `more than ${mostRedirects} redirects`);
    if ("message" in response) return unanswered(asked, response, registry, host.signal.aborted);
    return response;
  };

  /** Gets a pass for what a 401 has refused. */
  const login = async (response: HttpResponse, access: Access): Promise<Answer<Pass | null>> => {
    const asked: Asked = { what: `the login for ${place.path}`, writes: false };
    return authorize(
      {
        credentials: await place.credentials(),
        path: place.path,
        now: host.now,
        send: (request) => retrying(async () => checked(asked, await send(asked, request))),
      },
      response,
      access,
    );
  };

  const once = async (question: Question, access: Access): Promise<Answer<HttpResponse>> => {
    const { what, path, ...rest } = question;
    const asked: Asked = { what, writes: access === "pull,push" };
    const ask = (pass: Pass | null) => {
      const headers = { ...rest.headers, ...(pass === null ? {} : { authorization: pass.header }) };
      return send(asked, { ...rest, url: place.origin + path, headers });
    };
    const held = passes.get(access);
    const before = await (held ?? null);
    const pass = before !== null && !(before instanceof Refusal) && before.until > host.now() ? before : null;
    const response = await ask(pass);
    if (response instanceof Refusal || response.status !== 401) return checked(asked, response);
    // Of requests that are refused at the same time the first logs in for all.
    if (passes.get(access) === held) {
      const known = pass === null ? passOf(await place.credentials()) : null;
      if (passes.get(access) === held) {
        passes.set(access, known === null ? login(response, access) : Promise.resolve(known));
      }
    }
    const fresh = await (passes.get(access) ?? null);
    if (fresh === null) return checked(asked, response);
    return fresh instanceof Refusal ? fresh : checked(asked, await ask(fresh));
  };

  return {
    read: (question) => retrying(() => once(question, "pull")),
    write: (question) => once(question, "pull,push"),
  };
}

function checked(asked: Asked, response: Answer<HttpResponse>): Answer<HttpResponse> {
  if (response instanceof Refusal || (response.status >= 200 && response.status < 300)) return response;
  return refused(asked, response);
}

/** Follows redirects, as blobs often lie elsewhere; null if there is no end to them. The login is for the registry alone. */
async function follow(host: Place["host"], first: HttpRequest) {
  let request = first;
  for (let redirects = 0; redirects <= mostRedirects; redirects++) {
    const response = await host.request(request);
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
