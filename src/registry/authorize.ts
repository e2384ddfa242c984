import type { HttpRequest, HttpResponse } from "../host/host.ts";
import type { Credentials } from "./credentials.ts";
import { type Challenge, parseChallenges } from "./header.ts";
import { firstText, parseObject } from "./json.ts";
import { type Answer, Refusal } from "./refusal.ts";

/** What we want to do in a repository. */
export type Access = "pull" | "pull,push" | "pull,delete";

/** An Authorization header, and until when it is good, in milliseconds since 1970. */
export interface Pass {
  header: string;
  until: number;
}

/** What it takes to get one. */
export interface Applicant {
  credentials: Credentials | null;
  /** The repository's path. */
  path: string;
  /** Another repository's, which is to be read as well. */
  from?: string | undefined;
  now: () => number;
  /** Sends a request to who gives tokens, again and again while that may help. */
  send: (request: HttpRequest) => Promise<Answer<HttpResponse>>;
}

/** How long a token is good where that is not said. https://distribution.github.io/distribution/spec/auth/token/ */
const usualLifetime = 60;
/** It may be on the way for a while. */
const margin = 10;

/**
 * What opens the door that a 401 has shown us. Tokens first, as docker does; null where nothing that we have would. The
 * Refusal is that of who gives the tokens.
 */
export async function authorize(
  applicant: Applicant,
  response: HttpResponse,
  access: Access,
): Promise<Answer<Pass | null>> {
  const { credentials } = applicant;
  if (credentials?.kind === "registry-token") return { header: `Bearer ${credentials.token}`, until: Infinity };
  const challenges = parseChallenges(response.headers["www-authenticate"] ?? "");
  let refusal: Refusal | null = null;
  for (const challenge of challenges.filter(({ scheme }) => scheme === "bearer")) {
    const pass = await bearer(applicant, challenge, access);
    if (pass instanceof Refusal) refusal ??= pass;
    else if (pass !== null) return pass;
  }
  const asksForPassword = challenges.some(({ scheme }) => scheme === "basic");
  if (asksForPassword && credentials?.kind === "password") return { header: basic(credentials), until: Infinity };
  return refusal;
}

/** HTTP's own password scheme. */
function basic({ username, password }: Credentials & { kind: "password" }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

async function bearer(applicant: Applicant, challenge: Challenge, access: Access): Promise<Answer<Pass | null>> {
  const { realm = "", service = "" } = challenge.parameters;
  if (!URL.canParse(realm)) return null;
  const scopes = scopesOf(applicant, access, challenge.parameters["scope"] ?? "");
  const response = await applicant.send(tokenRequest(realm, service, scopes, applicant.credentials));
  if (response instanceof Refusal) return response;
  const { token, access_token: accessToken, expires_in: lifetime } = parseObject(response.body) ?? {};
  // Some send both names, and one of them empty.
  const given = firstText(token, accessToken);
  if (given === "") return null;
  const seconds = typeof lifetime === "number" && lifetime > 0 ? lifetime : usualLifetime;
  return { header: `Bearer ${given}`, until: applicant.now() + (seconds - margin) * 1000 };
}

/** https://distribution.github.io/distribution/spec/auth/token/ and …/auth/oauth/ for identity tokens */
function tokenRequest(
  realm: string,
  service: string,
  scopes: readonly string[],
  credentials: Credentials | null,
): HttpRequest {
  const accept = { accept: "application/json" };
  if (credentials?.kind === "identity-token") {
    const form = new URLSearchParams({
      grant_type: "refresh_token",
      refresh_token: credentials.token,
      client_id: "multistage-build",
      service,
      scope: scopes.join(" "),
    });
    const headers = { ...accept, "content-type": "application/x-www-form-urlencoded" };
    return { method: "POST", url: realm, headers, body: form.toString() };
  }
  const url = new URL(realm);
  if (service !== "") url.searchParams.set("service", service);
  for (const scope of scopes) url.searchParams.append("scope", scope);
  const headers = credentials?.kind === "password" ? { ...accept, authorization: basic(credentials) } : accept;
  return { method: "GET", url: url.href, headers };
}

/** What we need, and what the registry says that it takes: some have actions of their own. */
function scopesOf({ path, from }: Applicant, access: Access, named: string): string[] {
  const own = `repository:${path}:`;
  const theirs = named.split(" ").filter((scope) => scope !== "");
  const actions = theirs
    .filter((scope) => scope.startsWith(own))
    .flatMap((scope) => scope.slice(own.length).split(","));
  const others = [...(from === undefined ? [] : [`repository:${from}:pull`]), ...theirs];
  return [
    own + [...new Set([...access.split(","), ...actions])].join(","),
    ...new Set(others.filter((scope) => !scope.startsWith(own))),
  ];
}
