import type { Credentials } from "./credentials.ts";
import { refusal } from "./registry-error.ts";

/** How a registry wants to be asked, from its WWW-Authenticate header. */
export interface Challenge {
  scheme: "basic" | "bearer";
  realm: string;
  service: string;
}

/** Reads `Bearer realm="…",service="…"` or `Basic realm="…"`; null for anything else. */
export function parseChallenge(header: string | null): Challenge | null {
  const scheme = /^(basic|bearer)\b/i.exec(header ?? "")?.[1]?.toLowerCase();
  if (scheme !== "basic" && scheme !== "bearer") return null;
  const parameter = (name: string) => new RegExp(`\\b${name}="([^"]*)"`, "i").exec(header ?? "")?.[1] ?? "";
  return { scheme, realm: parameter("realm"), service: parameter("service") };
}

/** The header for HTTP's own password scheme. */
export function basic(credentials: Credentials): string | null {
  if ("identityToken" in credentials) return null;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

/**
 * Gets a token for `scope` from the realm that the registry named; null if that refuses. Throws a RegistryError where it
 * may be tried again.
 * https://distribution.github.io/distribution/spec/auth/token/ and …/auth/oauth/ for identity tokens
 */
export async function bearer(
  fetch: typeof globalThis.fetch,
  challenge: Challenge,
  credentials: Credentials | null,
  scope: string,
): Promise<string | null> {
  const realm = new URL(challenge.realm);
  const response =
    credentials !== null && "identityToken" in credentials
      ? await fetch(realm, {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "refresh_token",
            refresh_token: credentials.identityToken,
            client_id: "multistage-build",
            service: challenge.service,
            scope,
          }),
        })
      : await fetch(withQuery(realm, { service: challenge.service, scope }), {
          headers: credentials === null ? {} : { authorization: basic(credentials) ?? "" },
        });
  // A token server that is busy or unwell may give one later.
  if (response.status === 429 || response.status >= 500) throw await refusal(response, challenge.realm);
  if (!response.ok) return null;
  const { token, access_token: accessToken } = (await response.json()) as { token?: string; access_token?: string };
  const given = token ?? accessToken;
  return given === undefined ? null : `Bearer ${given}`;
}

function withQuery(url: URL, query: Record<string, string>): URL {
  const result = new URL(url);
  for (const [name, value] of Object.entries(query)) if (value !== "") result.searchParams.set(name, value);
  return result;
}
