import { parseRepository } from "../core/reference.ts";
import type { Command } from "../host/host.ts";
import type { Wait, Waits } from "../progress/wait.ts";
import type { DockerContext } from "./exec.ts";

/** How long a quick question may take, in milliseconds: an engine that is hard at work answers late. */
export const longestQuestion = 120_000;

/**
 * How long a builder or a push may wait for a registry without any progress, in seconds. Who tells of no bytes in between
 * needs more: so long may the largest layer take over a slow line.
 */
const longest: Readonly<Record<Wait["next"], number>> = { answer: 300, bytes: 600, end: 3600, work: Infinity };

/** What has changed in this time, in seconds, gets on. */
const shortest = 15;

/** A registry that has gone mute is not waited for as long: so often is it asked in vain, twice a minute. */
const mostAsked = 4;

/** Knows what a process is at, by what it says. */
export interface Follower {
  /** Takes a line and tells whether anything was printed for it. */
  read: (line: string) => boolean;
  waits: Pick<Waits, "now" | "changes">;
}

/** A process that nothing is known of, and that says nothing until its end. */
export const unknown: Follower = { read: () => false, waits: { now: () => null, changes: () => 0 } };

/**
 * Says every half minute what a process is at for which nothing is printed, and ends one whose registry does not answer any
 * more, or that gets no further. `what` names the process where that is all that is known.
 */
export function patience(
  { host, say, answers }: Pick<DockerContext, "host" | "say" | "answers">,
  what: string,
  { read, waits }: Follower,
): { onLine: (line: string) => boolean; onSilence: NonNullable<Command["onSilence"]> } {
  let [changes, changedAt, mute] = [0, host.now(), 0];
  const onLine = (line: string) => {
    const isPrinted = read(line);
    if (waits.changes() !== changes) changedAt = host.now();
    changes = waits.changes();
    return isPrinted;
  };
  const onSilence = async () => {
    const wait = waits.now() ?? { what, image: null, next: "work" };
    const still = Math.round((host.now() - changedAt) / 1000);
    if (still < shortest) {
      say(`${wait.what}, still getting on`);
      mute = 0;
      return null;
    }
    const registry = wait.image === null || wait.next === "work" ? null : registryOf(wait.image);
    mute = registry !== null && (await answers?.(registry)) === "mute" ? mute + 1 : 0;
    const state = `${wait.what}: nothing for ${still} s`;
    if (mute >= mostAsked) return `${state}, and ${registry} does not answer any more`;
    if (still >= longest[wait.next]) return state;
    say(`${state}, still waiting${mute > 0 ? `; ${registry} does not answer` : ""}`);
    return null;
  };
  return { onLine, onSilence };
}

/** The registry of an image as people and builders write it. */
export function registryOf(image: string): string {
  return parseRepository(image.replace(/@.*$/, "").replace(/:[^/:]*$/, "")).registry;
}

/** Follows `docker push` or `docker pull` by the lines that it prints: it tells of no bytes. */
export function transferFollower(what: string, image: string): Follower {
  const layers = new Map<string, boolean>();
  let lines = 0;
  return {
    read(line) {
      lines++;
      const [, layer, state = ""] = /^([0-9a-f]{12}): (.*)$/.exec(line) ?? [];
      if (layer !== undefined) layers.set(layer, there.test(state));
      return false;
    },
    waits: {
      changes: () => lines,
      // With all layers there the manifest is left; without any it is asked for.
      now: () => ({ what, image, next: [...layers.values()].includes(false) ? "end" : "answer" }),
    },
  };
}

const there = /^(?:Pushed|Layer already exists|Mounted from|Pull complete|Already exists)/;
