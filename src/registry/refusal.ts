import type { FailureCode } from "../core/failure.ts";
import type { Host, HttpResponse, NoResponse } from "../host/host.ts";
import { type Reason, reasonOf } from "./reason.ts";

/** What a registry said no with, or that it gave no answer. A value: it is returned, never thrown. */
export class Refusal {
  /** The answer's status; 0 where there was none, or none that makes sense. */
  readonly status: number;
  readonly code: FailureCode;
  /** One line that says what was asked for and what came of it. */
  readonly message: string;
  readonly hint: string | null;
  /** How long the registry asked us to wait, in milliseconds; 0 where it did not. */
  readonly retryAfter: number;
  /** It may be otherwise if it is tried again: the registry was busy or unwell, or did not answer. */
  readonly passing: boolean;
  /** The registry's API cannot be used from here, though docker may well be able to use the registry. */
  readonly closed: boolean;
  /** What was asked for may have been done, although no good answer came. */
  readonly lost: boolean;
  /** The registry's own codes for what is wrong, such as `NAME_UNKNOWN`. */
  readonly codes: readonly string[];

  constructor(facts: Pick<Refusal, "status" | "code" | "message"> & Partial<Refusal>) {
    this.status = facts.status;
    this.code = facts.code;
    this.message = facts.message;
    this.hint = facts.hint ?? null;
    this.retryAfter = facts.retryAfter ?? 0;
    this.passing = facts.passing ?? false;
    this.closed = facts.closed ?? false;
    this.lost = facts.lost ?? false;
    this.codes = facts.codes ?? [];
  }
}

/** What was asked for, or why it is not to be had. */
export type Answer<T> = T | Refusal;

/** What was asked: in words for messages, as `team/app1:latest`, and whether it was a write. */
export interface Asked {
  what: string;
  writes: boolean;
}

/** Not implemented, this version of HTTP is not spoken, full, the network wants a login. */
const forGood = new Set([501, 505, 507, 511]);

/** An answer that is not a success, as a refusal. */
export function refused({ what, writes }: Asked, response: HttpResponse, { outside }: Pick<Host, "outside">): Refusal {
  const { status } = response;
  const { codes, text } = reasonOf(response, outside);
  const unwell = status === 408 || status === 429 || (status >= 500 && !forGood.has(status));
  const kind = known({ codes, text }, status, writes);
  return new Refusal({
    status,
    code: unwell ? "transient" : "unknown",
    message: `${what}: the registry answered ${status}${text === "" ? "" : `: ${text}`}`,
    retryAfter: waitAsked(response.headers),
    passing: unwell && kind?.code !== "no-space",
    closed: kind?.code === "unauthorized",
    // A gateway gives up on a registry that may still carry the request out.
    lost: writes && unwell && status >= 500 && kind?.code !== "no-space",
    codes,
    ...kind,
  });
}

/** An answer that is none: what a proxy or a login page says in the registry's place. */
export function senseless({ what }: Asked, why: string): Refusal {
  const message = `${what}: the registry's answer makes no sense: ${why}`;
  const hint = "something else may answer in its place, such as a proxy or a login page";
  return new Refusal({ status: 0, code: "unknown", message, hint, closed: true });
}

/** No answer at all. `interrupted` is whether it was us who ended it. */
export function unanswered({ what, writes }: Asked, none: NoResponse, registry: string, interrupted: boolean): Refusal {
  const trust = interrupted ? null : mistrust(none.message, registry);
  return new Refusal({
    status: 0,
    code: interrupted ? "interrupted" : "registry-down",
    message: interrupted ? `${what}: ${none.message}` : `${what}: the registry gave no answer: ${none.message}`,
    hint: trust,
    passing: !interrupted && trust === null,
    closed: !none.sent && !interrupted,
    lost: writes && none.sent,
  });
}

/** What to do about a connection that could not be encrypted; null if that is not what is wrong. */
function mistrust(message: string, registry: string): string | null {
  if (/wrong version number|packet length too long|EPROTO/i.test(message)) {
    return `if the registry speaks plain HTTP, write \`insecure: true\` under \`registries.${registry}\``;
  }
  if (/altname|CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate has expired/i.test(message)) {
    return "the registry's certificate is not for this name, or not for today";
  }
  if (/certificate|CERT_|UNABLE_TO_/i.test(message)) {
    return (
      `Node does not trust the registry's certificate: write the path of its CA as \`ca\` under \`registries.${registry}\`, ` +
      "or set NODE_EXTRA_CA_CERTS to it"
    );
  }
  return null;
}

type Known = Pick<Refusal, "code" | "hint">;

const full = /no space left|quota|upper limit|storage limit|disk (?:is )?full|insufficient storage/i;
const immutable =
  /immutab|cannot be overwritten|overwrit|already ?exists|does not allow updating|\bis locked|write(?:-| is )?disabled|operation is disallowed/i;

/** Kinds of refusals that need something done about them. The registry's words tell; their codes are used for much else, too. */
function known({ codes, text }: Reason, status: number, writes: boolean): Known | null {
  if (status === 507 || (status !== 429 && full.test(text))) {
    return { code: "no-space", hint: "the registry is full, or the repository's quota is used up: make room there" };
  }
  if (status === 413) {
    return { code: "unknown", hint: "what stands before the registry limits the size of requests: raise its limit" };
  }
  if (writes && isImmutable(codes, text, status)) {
    return {
      code: "immutable",
      hint: "tags are immutable there: exempt the tags that move, or leave their rules out of `tags`",
    };
  }
  if (status === 401)
    return { code: "unauthorized", hint: "the registry wants other credentials, or any: log in to it" };
  if (status === 403) return { code: "unauthorized", hint: "the registry does not let this user do that" };
  if (status === 404) {
    const unnamed = codes.includes("NAME_UNKNOWN");
    return {
      code: "missing-image",
      hint: unnamed ? "if the registry makes no repositories by itself, make it first" : null,
    };
  }
  return null;
}

/**
 * ECR says 400 TAG_INVALID, Harbor 412 or 409 PRECONDITION, Artifact Registry 400, Azure 405 or 409 for what is locked,
 * Nexus 400, Artifactory 403. A tag that cannot be written as things stand is one that is there and must stay.
 */
function isImmutable(codes: readonly string[], text: string, status: number): boolean {
  if (status === 412 || codes.includes("PRECONDITION") || (status === 409 && text === "")) return true;
  return status >= 400 && status < 500 && status !== 429 && immutable.test(`${codes.join(" ")} ${text}`);
}

/** Seconds, or a date, which is by the clock that set the answer's own. https://httpwg.org/specs/rfc9110.html#field.retry-after */
function waitAsked(headers: HttpResponse["headers"]): number {
  const value = headers["retry-after"] ?? "";
  const wait = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.parse(headers["date"] ?? "");
  return wait > 0 ? wait : 0;
}
