import type { HttpRequest, HttpResponse, NoResponse } from "../../../src/host/host.ts";
import type { Environment } from "../../../src/ci/environment.ts";
import type { Config } from "../../../src/config/config.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import { fakeHost } from "../../support/host.ts";

/** An answer as a test writes it: what is left out is a 200 without headers; an object is sent as JSON. */
export type Said =
  | { status?: number; headers?: Record<string, string>; body?: string | object }
  | { none: string; sent: boolean };

/** How a registry is set up for a test. */
export interface Setup {
  /** The repository. */
  name?: string;
  env?: Environment;
  settings?: Config["registries"];
  dockerConfig?: string;
  signal?: AbortSignal;
}

/** A client for a repository of a registry that answers as the test says, what was asked of it, and what was told meanwhile. */
export function registry(handle: (request: HttpRequest) => Said, setup: Setup = {}) {
  const requests: HttpRequest[] = [];
  const said: string[] = [];
  const world = {
    cwd: "/",
    ...(setup.signal === undefined ? {} : { signal: setup.signal }),
    request: async (request: HttpRequest) => {
      requests.push(request);
      return answer(handle(request));
    },
  };
  const host = fakeHost([], world, { out: "", err: "", commands: [] });
  const registries = openRegistries({
    host,
    env: setup.env ?? {},
    dockerConfig: setup.dockerConfig ?? "/nonexistent",
    settings: setup.settings ?? {},
    directory: "/project",
    say: (line) => void said.push(line),
  });
  const client = registries.repository(parseRepository(setup.name ?? "a.com/b/c"));
  /** Every request as `GET /v2/…`, with the server's name where it is not the registry. */
  const asked = () => requests.map(({ method, url }) => `${method} ${url.replace("https://a.com/", "/")}`);
  return { client, requests, asked, said, registries, host };
}

function answer(given: Said): HttpResponse | NoResponse {
  if ("none" in given) return { status: 0, message: given.none, sent: given.sent };
  const { status = 200, headers = {}, body = "" } = given;
  return { status, headers, body: typeof body === "string" ? body : JSON.stringify(body) };
}

/** DOCKER_AUTH_CONFIG with a login for `a.com`. */
export const loggedIn = (entry: object = { auth: Buffer.from("robot:secret").toString("base64") }): Environment => ({
  DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { "a.com": entry } }),
});

/** An error as the protocol has it. */
export const error = (status: number, code: string, message = ""): Said => ({
  status,
  body: { errors: [{ code, message }] },
});

/** `loggedIn` as HTTP's own password scheme has it. */
export const robot = "Basic cm9ib3Q6c2VjcmV0";
/** Sends us to auth.com for a token. */
export const bearer = 'Bearer realm="https://auth.com/token",service="s"';

/** Wants `authorization` for everything; tokens are had from auth.com. */
export const guarded =
  (
    challenge: string,
    authorization: string,
    token: (request: HttpRequest) => Said = () => ({ body: { token: "abc" } }),
  ) =>
  (request: HttpRequest): Said => {
    if (request.url.startsWith("https://auth.com/")) return token(request);
    if (request.headers["authorization"] === authorization) return { body: "{}" };
    return { status: 401, headers: { "www-authenticate": challenge } };
  };
