import type { BuildEvent } from "../core/event.ts";
import { nullSha } from "../core/event.ts";
import { isSecretName } from "../secrets/secret-name.ts";
import type { Links, Placed } from "./bind.ts";
import { linkable } from "./link-lint.ts";
import { nearlyStages } from "./near-names.ts";
import type { PlannedTarget, SharedStage, Warning } from "./plan.ts";
import type { Store } from "./steps.ts";

/** What is looked at. */
interface Linted {
  event: BuildEvent;
  targets: readonly PlannedTarget[];
  shared: readonly SharedStage[];
  /** Where the images are that are built. */
  store: Store;
  links: ReadonlyMap<string, Links>;
  places: readonly Placed[];
}

/**
 * What is allowed but unlikely to be meant, in words that say what to do. `elsewhere` gives the targets of other steps
 * that stand on a target, directly or on one another.
 */
export function lintPlan(
  { event, targets, shared, store, links, places }: Linted,
  elsewhere: (name: string) => readonly string[],
): Warning[] {
  const underPublished = new Set(targets.flatMap(({ push, needs }) => (push ? needs : [])));
  return [
    ...(event.sha === nullSha
      ? [{ code: "no-git", message: "no CI here, and no commit that git knows: the build tag has none in it" }]
      : []),
    ...dockerfileWarnings(places),
    ...nearlyStages(places),
    ...shared.flatMap((one) => unpublishedShared(one, store)),
    ...targets.flatMap((target) => baseForOneHost(event, target, underPublished, elsewhere)),
    ...unusedBases(targets, shared),
    ...targets.flatMap(secretArguments),
    ...(store === "registry" ? linkable(targets, places) : []),
    ...targets.flatMap(({ name }) => linkWarnings(name, links.get(name)!)),
  ];
}

/** What BuildKit would refuse, said before it is asked. Another frontend (`# syntax=`) may see it otherwise. */
function dockerfileWarnings(places: readonly Placed[]): Warning[] {
  const found = places.flatMap(({ target, place }) =>
    [...place.file.warnings, ...place.graph.warnings].map(
      ({ line, message }) => `${target.dockerfile}:${line}: ${message}`,
    ),
  );
  return [...new Set(found)].map((message) => ({ code: "dockerfile", message }));
}

function unpublishedShared({ stage, targets, publishedBy }: SharedStage, store: Store): Warning[] {
  if (publishedBy !== null) return [];
  const how = store === "host" ? "repo: false keeps it on the host" : "with a repo, as this builder keeps nothing here";
  const message =
    `stage ${stage} is shared by ${listing(targets)}, but no target is built from it; ` +
    `add a target for it (${how}), so that later steps find it`;
  return [{ code: "shared-stage-unpublished", message }];
}

/** A base that is not published is built anew on every host, and may come out differently. */
function baseForOneHost(
  event: BuildEvent,
  base: PlannedTarget,
  underPublished: ReadonlySet<string>,
  elsewhere: (name: string) => readonly string[],
): Warning[] {
  if (event.buildNumber === null || base.push) return [];
  // Where nothing of it is published nobody meets the two.
  const isShared = base.places.length > 0 && !underPublished.has(base.name);
  const others = isShared ? [] : elsewhere(base.name);
  if (others.length === 0) return [];
  const where = base.places.length === 0 ? "published nowhere" : "not published by this build";
  const message =
    `${base.name} is ${where}: ${listing(others)} would stand on a ${base.name} of another host's own, ` +
    `which may be another image, where a step of this build for that runs on another host`;
  return [{ code: "base-not-shared", message }];
}

/** The trap of a target called base that nothing stands on, while the apps share another stage. */
function unusedBases(targets: readonly PlannedTarget[], shared: readonly SharedStage[]): Warning[] {
  if (targets.length < 2) return [];
  const used = new Set([
    ...targets.flatMap(({ needs, bind }) => [...needs, ...bind.map(({ target }) => target)]),
    ...shared.flatMap(({ publishedBy, targets: on }) => (on.length > 0 ? [publishedBy] : [])),
  ]);
  const instead = shared.find(({ publishedBy }) => publishedBy === null)?.stage;
  const hint = instead === undefined ? "" : `; the others stand on stage ${instead}`;
  return targets
    .filter(({ name }) => /(?:^|[-_])base(?:[-_]|$)/i.test(name) && !used.has(name))
    .map(({ name }) => ({
      code: "base-unused",
      message: `target ${name} is called a base, but no other target is built on it${hint}`,
    }));
}

function secretArguments(target: PlannedTarget): Warning[] {
  return Object.keys(target.args)
    .filter(isSecretName)
    .map((name) => ({
      code: "secret-argument",
      message:
        `targets.${target.name}.args.${name} looks like a secret; build arguments stay in the image's history. ` +
        `Use secrets: and RUN --mount=type=secret`,
    }));
}

function linkWarnings(name: string, { unbound, different, base }: Links): Warning[] {
  return [
    ...unbound.map(({ target, reason }) => {
      // The proof is by layers: it can tell of a FROM, not of a COPY --from.
      const then = target === base ? "it is checked after the build" : "nothing proves that it is the same";
      const message = `${name} is made from ${target}'s stage but cannot be bound to its image: ${reason}; ${then}`;
      return { code: "not-bound", message };
    }),
    ...different.map(({ target, reason }) => ({
      code: "other-base",
      message: `${name} is made from ${target}'s stage, but not from ${target}'s image: ${reason}`,
    })),
  ];
}

function listing(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}
