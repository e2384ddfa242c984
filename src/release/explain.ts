import { type Failure, failure } from "../core/failure.ts";
import { inDependencyOrder } from "../core/pool.ts";
import { type Explanation, whyNotCompared } from "../plan/explanation.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import { Refusal } from "../registry/refusal.ts";
import type { Registries } from "../registry/registries.ts";
import { judge, type LookUp, lookUpAll } from "./already-published.ts";
import { askOutsideImages, type Untold } from "./outside-images.ts";
import { findSame } from "./reuse.ts";
import { type RunState, targetsOf, type UpImage } from "./run-state.ts";

const atOnce = 8;

/** What has been found out so far. */
interface Asked {
  plan: Plan;
  registries: Registries;
  docker: { digests: Map<string, string> };
  inRegistry: RunState["inRegistry"];
  looked: Map<string, LookUp>;
  /** Images from outside that no registry tells, by name; null where it is not asked. */
  untold: Map<string, Untold | null>;
  /** The targets of which an earlier image is looked for. */
  compared: ReadonlySet<string>;
}

type Explained = Omit<Explanation, "target"> & { failure?: Failure };

/**
 * Says of each target what a run would do with it, by the very questions that the run asks. It writes nothing and asks the
 * registries alone: where the run would go by an image that its docker host has, nothing is known.
 */
export async function explain(
  plan: Plan,
  registries: Registries,
): Promise<{ explanations: Explanation[]; failures: Failure[] }> {
  const asked: Asked = {
    plan,
    registries,
    docker: { digests: new Map() },
    inRegistry: new Map(),
    looked: new Map(),
    untold: new Map(),
    compared: new Set(plan.steps.flatMap((step) => (step.kind === "reuse" ? step.targets : []))),
  };
  for (const step of plan.steps) {
    if (step.kind !== "resolve") continue;
    const [looked] = await Promise.all([
      lookUpAll(registries, targetsOf(plan, step.targets)),
      askOutsideImages(asked, step, async (image, _, untold) => void asked.untold.set(image, untold)),
    ]);
    for (const [name, look] of looked) asked.looked.set(name, look);
  }
  const found = new Map<string, Explained>();
  await inDependencyOrder(plan.targets, atOnce, async (target) => {
    found.set(target.name, (await upAlready(asked, target)) ?? (await usedAgain(asked, target)));
  });
  const explained = plan.targets.map(({ name }) => ({ target: name, ...found.get(name)! }));
  return {
    explanations: explained.map(({ target, does, why, image, differs }) => ({ target, does, why, image, differs })),
    failures: explained.flatMap((one) => one.failure ?? []),
  };
}

/** What is up under this build's tag; null where it still has to be seen how it gets there. */
async function upAlready(asked: Asked, target: PlannedTarget): Promise<Explained | null> {
  const look = asked.looked.get(target.name);
  if (look === undefined) return null;
  if (look instanceof Refusal) return open(look.message, failure(look.code, look.message, about(target, look)));
  const up = judge(target, look, asked.docker.digests);
  if (up === "nothing") {
    asked.inRegistry.set(target.name, up);
    return null;
  }
  if ("code" in up) return { does: "fails", why: up.message, image: null, differs: [], failure: up };
  settle(asked, target, up.image);
  const base = target.base === null ? null : asked.looked.get(target.base);
  const isWhole = base === null || (base !== undefined && !(base instanceof Refusal) && base.up.length > 0);
  const why = isWhole
    ? "this build has published it"
    : `its base ${target.base} is not up, so it is built for the proof`;
  return { does: isWhole ? "up already" : "built", why, image: up.reference, differs: [] };
}

/** Whether an earlier build's image is used again. */
async function usedAgain(asked: Asked, target: PlannedTarget): Promise<Explained> {
  if (!asked.compared.has(target.name))
    return { does: "built", why: whyNotCompared(target, asked.plan), image: null, differs: [] };
  const found = await findSame(asked, asked, target);
  if ("manifest" in found) {
    settle(asked, target, found.image);
    return { does: "used again", why: `nothing has changed since ${found.from}`, image: found.reference, differs: [] };
  }
  const { why, reference: image, differs, refusal, missing } = found;
  if (refusal !== null) return open(why, failure(refusal.code, why, about(target, refusal)));
  if (missing === null || !("image" in missing)) return { does: "built", why, image, differs };
  const untold = asked.untold.get(missing.image) ?? null;
  if (untold === null) return open(`only the docker host knows what ${missing.image} is, as pull is off`);
  const message = `${missing.image}: its registry does not say what it is now (${untold.message})`;
  return open(
    message,
    failure(untold.code, message, about(target, { hint: "the run takes the image that its host has" })),
  );
}

function settle({ docker, inRegistry }: Asked, { name }: PlannedTarget, image: UpImage): void {
  inRegistry.set(name, { digest: image.manifest, id: image.digest });
  docker.digests.set(name, image.manifest);
}

function open(why: string, found?: Failure): Explained {
  return { does: "unknown", why, image: null, differs: [], ...(found !== undefined && { failure: found }) };
}

function about({ name }: PlannedTarget, { hint }: Pick<Refusal, "hint">): { target: string; hint: string | null } {
  return { target: name, hint };
}
