import type { Problem } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { eventAs } from "./as.ts";
import { droneEvent, isDrone } from "./drone.ts";
import { type Environment, value } from "./environment.ts";
import { commitTime, gitFacts } from "./git.ts";
import { localEvent } from "./local.ts";
import { type EventReading, isRunByHand, readEvent } from "./read-event.ts";
import { unknownCi } from "./unknown-ci.ts";
import { isWoodpecker, woodpeckerEvent } from "./woodpecker.ts";

/** The build event of this run: what CI says, else what git says, changed to what --as asks for. */
export async function detectEvent(
  host: Host,
  env: Environment,
  cwd: string,
  as: string | undefined,
): Promise<EventReading & { warnings: string[] }> {
  const found = await eventHere(host, env, cwd);
  const stranger = as === undefined && !isDrone(env) && !isWoodpecker(env) ? unknownCi(env) : null;
  const simulated = as === undefined ? { event: found.event, problems: [] } : eventAs(as, found.event);
  const epoch = sourceDateEpoch(env);
  return {
    event: { ...simulated.event, commitTime: epoch.time ?? simulated.event.commitTime },
    problems: [...found.problems, ...simulated.problems, ...epoch.problems],
    warnings: stranger === null ? [] : [laptop(stranger)],
  };
}

/** Nothing is published unseen from what may be a release's pipeline, and nobody wonders why. */
function laptop(ci: string): string {
  return (
    `this looks like ${ci}, which is not known here, so that the build counts as a laptop's: describe it by ` +
    "--as, as in --as branch:master, or by --env-file"
  );
}

async function eventHere(host: Host, env: Environment, cwd: string): Promise<EventReading> {
  const raw = isDrone(env) ? droneEvent(env) : isWoodpecker(env) ? woodpeckerEvent(env) : null;
  if (raw !== null && !isRunByHand(raw)) return withCommitTime(host, cwd, readEvent(raw));
  return { event: localEvent(await gitFacts(host, cwd)), problems: [] };
}

/** https://reproducible-builds.org/specs/source-date-epoch/ */
function sourceDateEpoch(env: Environment): { time: number | null; problems: Problem[] } {
  const epoch = value(env, "SOURCE_DATE_EPOCH");
  if (epoch === undefined) return { time: null, problems: [] };
  if (/^\d{1,12}$/.test(epoch)) return { time: Number(epoch), problems: [] };
  return { time: null, problems: [{ path: "SOURCE_DATE_EPOCH", message: "is not a number of seconds", got: epoch }] };
}

/** CI says when the build was created; the commit's own time is better, as every build of the commit has the same. */
async function withCommitTime(host: Host, cwd: string, reading: EventReading): Promise<EventReading> {
  if (reading.problems.length > 0) return reading;
  const time = await commitTime(host, cwd, reading.event.sha);
  return time === null ? reading : { ...reading, event: { ...reading.event, commitTime: time } };
}
