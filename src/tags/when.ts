import type { BuildEvent } from "../core/event.ts";
import { didYouMean } from "../core/suggest.ts";
import type { Problem } from "../core/errors.ts";
import { compileGlob, longestGlob } from "./glob.ts";
import { isRecord } from "./record.ts";

/** The builds that something is for, in the words of Drone's conditions. https://docs.drone.io/pipeline/conditions/ */
export interface When {
  /** As written, for explanations. */
  text: string;
  conditions: readonly Condition[];
}

interface Condition {
  key: WhenKey;
  include: Matcher;
  exclude: Matcher;
}

/** Whether a name matches; null if there is nothing to match. */
type Matcher = ((name: string) => boolean) | null;
type WhenKey = (typeof whenKeys)[number];

const whenKeys = ["event", "branch", "ref"] as const;
const events = ["push", "tag", "pull_request", "cron", "promote", "rollback", "custom", "local"];

/** Reads a `when`: each of event, branch and ref is a glob, a list of them, or `{include, exclude}`. */
export function parseWhen(written: unknown, path: string): { when: When | null; problems: Problem[] } {
  const problems: Problem[] = [];
  if (!isRecord(written)) {
    problems.push({ path, message: "must be an object", got: written, hint: "write when: { event: push }" });
    return { when: null, problems };
  }
  const conditions: Condition[] = [];
  for (const [key, value] of Object.entries(written)) {
    const known = whenKeys.find((name) => name === key);
    if (known === undefined)
      problems.push({ path: `${path}.${key}`, message: "unknown condition", hint: didYouMean(key, whenKeys) });
    else conditions.push(parseCondition(known, value, `${path}.${key}`, problems));
  }
  return { when: { text: JSON.stringify(written), conditions }, problems };
}

function parseCondition(key: WhenKey, written: unknown, path: string, problems: Problem[]): Condition {
  if (!isRecord(written)) return { key, include: matcher(key, written, path, problems), exclude: null };
  for (const name of Object.keys(written)) {
    if (name === "include" || name === "exclude") continue;
    problems.push({ path: `${path}.${name}`, message: "unknown key", hint: didYouMean(name, ["include", "exclude"]) });
  }
  const { include, exclude } = written;
  return {
    key,
    include: include === undefined ? null : matcher(key, include, `${path}.include`, problems),
    exclude: exclude === undefined ? null : matcher(key, exclude, `${path}.exclude`, problems),
  };
}

function matcher(key: WhenKey, written: unknown, path: string, problems: Problem[]): Matcher {
  const patterns = Array.isArray(written) ? (written as unknown[]) : [written];
  const texts = patterns.filter((pattern): pattern is string => typeof pattern === "string" && pattern !== "");
  if (texts.length < patterns.length)
    problems.push({ path, message: "must be a glob or a list of globs", got: written });
  for (const text of texts) {
    if (key !== "event" || events.includes(text) || /[*?[{]/.test(text)) continue;
    problems.push({ path, message: "unknown event", got: text, hint: didYouMean(text, events) });
  }
  if (texts.length === 0) return null;
  if (texts.some(({ length }) => length > longestGlob)) {
    problems.push({ path, message: `must be a glob of at most ${longestGlob} characters` });
    return null;
  }
  const fits = texts.map(compileGlob);
  // No branch is no name: nothing fits it, not even a star.
  return (name) => name !== "" && fits.some((fit) => fit(name));
}

/** Whether the conditions hold for this build. */
export function matchesWhen({ conditions }: When, event: BuildEvent): boolean {
  return conditions.every(({ key, include, exclude }) => {
    const names = namesOf(key, event);
    if (exclude !== null && names.some(exclude)) return false;
    return include === null || names.some(include);
  });
}

/**
 * A build on a laptop matches as a push would. On a pull request Drone's own `branch` is the one it is to be merged
 * into; here it is empty, because a rule for master must not match what is not yet on master.
 */
function namesOf(key: WhenKey, event: BuildEvent): string[] {
  if (key === "ref") return [event.ref];
  if (key === "branch") return [event.branch ?? ""];
  return event.kind === "local" ? ["local", event.tag === null ? "push" : "tag"] : [event.kind];
}
