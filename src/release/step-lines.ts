import { metadataFile } from "../builders/bake-definition.ts";
import type { Builder } from "../builders/builder.ts";
import { describePromoted, isFoundLate, type PromotedBuild } from "../core/promoted-build.ts";
import { digestInName, formatReference, parseReference, type Reference } from "../core/reference.ts";
import {
  inspectImages,
  joinManifests,
  listDigests,
  nameManifest,
  pullImage,
  pushImage,
  tagImage,
} from "../docker/image-commands.ts";
import { docker } from "../docker/invocation.ts";
import { loginInvocation } from "../docker/login.ts";
import type { Line } from "../docker/shell.ts";
import { wholeOf } from "../plan/parts.ts";
import { findTarget, isStoodOn } from "../plan/find-target.ts";
import {
  buildTagReferences,
  isKnownByDigest,
  outsideKey,
  outsidePin,
  type Plan,
  type PlannedTarget,
} from "../plan/plan.ts";
import type { BuildStep, Step } from "../plan/steps.ts";
import { targetsOf } from "./run-state.ts";

/** What a step comes to, as a shell has it: the very processes of a run, and in their place what a run asks a registry. */
export function stepLines(step: Step, plan: Plan, builder: Builder): Line[] {
  switch (step.kind) {
    case "login":
      return [{ run: loginInvocation(step) }];
    case "resolve":
      if (step.promoted !== null) return [{ remark: promotes(step.promoted) }];
      return [
        ...(step.targets.length === 0 ? [] : [{ remark: asks }]),
        ...step.images.flatMap((image) => outsideDigest(image, step.pull, builder)),
      ];
    case "reuse":
      return [
        {
          remark: "A run gives this build's tag now to images of earlier builds that were made from the very same.",
        },
      ];
    case "acquire": {
      const [target] = targetsOf(plan, [step.target]);
      const built = step.otherwise.flatMap((one) => stepLines(one, plan, builder));
      if (step.in === "registry") {
        const look: Line = {
          run: docker("buildx", "imagetools", "inspect", formatReference(target!.image)),
          quiet: true,
        };
        return [{ firstOf: [look, { all: built }] }, { up: target!.name, name: target!.image }];
      }
      const pull: Line[] = target!.places.length === 0 ? [] : [{ run: pullImage(target!.image) }];
      const look: Line = { run: inspectImages([target!.image]), quiet: true };
      // A run pushes it only if it is not up yet.
      const push = target!.push
        ? buildTagReferences(target!).map((reference): Line => ({ run: pushImage(reference) }))
        : [];
      const found: Line = push.length === 0 ? look : { inTurn: [look, ...push] };
      return [{ firstOf: [found, ...pull, { all: built }] }, ...digestOf(target!, plan)];
    }
    case "build":
      return buildLines(step, plan, builder);
    case "prove": {
      if (step.in === "registry") return [{ remark: proves }];
      const targets = targetsOf(plan, step.targets).filter(({ platforms }) => platforms.length < 2);
      return targets.length === 0
        ? []
        : [{ prove: inspectImages(targets.map(({ image }) => image)), pairs: pairs(targets) }];
    }
    case "push":
      if (step.from === "registry") return targetsOf(plan, step.targets).flatMap(namings);
      return targetsOf(plan, step.targets).flatMap((target): Line[] => [
        ...buildTagReferences(target).map((reference) => ({ run: pushImage(reference) })),
        ...digestOf(target, plan),
      ]);
    case "join":
      return [
        { remark: "A run joins the parts now if all of them are up; if not, no tag moves." },
        ...targetsOf(plan, step.targets).flatMap((target) => joins(target, builder)),
      ];
    case "move":
      return [
        { remark: "A run moves no tag back from a later build or a higher version; these commands do." },
        ...targetsOf(plan, step.targets).flatMap((target) =>
          plan.promotes === null ? moves(wholeOf(target), builder) : promotions(target, plan.promotes, builder),
        ),
      ];
  }
}

function buildLines(step: BuildStep, plan: Plan, builder: Builder): Line[] {
  const runs = builder.commands(step, plan, new Set()).map((run): Line => ({ run }));
  if (builder.store === "host") return runs;
  const unkept = step.targets.filter((name) => !step.pushed.includes(name) && !step.loaded.includes(name));
  const remark = `Builder ${builder.name} keeps no image of ${unkept.join(", ")} afterwards.`;
  const digests = step.pushed.map((sent): Line => ({ sent, file: metadataFile }));
  const isLast = step.pushed.length === 0 && unkept.length > 0;
  return [...(isLast ? [{ remark }] : []), ...runs, ...digests];
}

/** What the builder has sent gets its build tag in each of its repositories. */
function namings(target: PlannedTarget): Line[] {
  return buildTagReferences(target).map((reference) => ({
    run: nameManifest([`${reference.repository.name}@`, { digest: target.name }], [reference]),
  }));
}

const proves = "A run proves now by what the registry holds that each image stands on its base.";

/** The shell variable for the build tag of a build that only the registry tells. */
const promotedVariable = "PROMOTED";

function promotes(build: PromotedBuild): string {
  const looks = `A run makes sure now that all images of ${describePromoted(build)} are up, before any tag moves.`;
  return isFoundLate(build) ? `${looks} Here ${promotedVariable} has to be its build tag.` : looks;
}

const asks = "A run asks the registry now what is up already under this build's tag, and does not build that again.";

/** A builder that cannot be told which image to take takes the host's, which is made the latest. */
function outsideDigest(image: string, pull: boolean, builder: Builder): Line[] {
  const isHere = builder.store === "host";
  const line = { outside: image, key: outsideKey(image), pin: outsidePin(image), pull: pull && builder.binds, isHere };
  const reference = parseReference(image);
  if (reference === null) return digestInName(image) === null ? [] : [line];
  const here: Line = { run: docker("image", "inspect", image), quiet: true };
  const pulled: Line[] = pull && !builder.binds ? [{ firstOf: [{ run: pullImage(reference) }, here] }] : [];
  return [...pulled, line];
}

/** Only the digest of what others stand on is asked for. */
function digestOf(target: PlannedTarget, plan: Plan): Line[] {
  const [place] = target.places;
  const isUsed = isKnownByDigest(target, plan) && isStoodOn(plan, target.name);
  if (!isUsed || place === undefined) return [];
  return [
    { digest: target.name, from: listDigests(target.image), repository: place.repository.name, isUp: target.push },
  ];
}

function pairs(targets: readonly PlannedTarget[]): { target: string; image: Reference; base: Reference }[] {
  return targets.flatMap(({ name, image, base }) => {
    const below = findTarget({ targets }, base);
    return below === undefined ? [] : [{ target: name, image, base: below.image }];
  });
}

function joins(target: PlannedTarget, builder: Builder): Line[] {
  const { partOf } = target;
  if (partOf === null || !builder.binds) return [];
  return buildTagReferences(target).map(({ repository }) => {
    const parts = partOf.parts.map(({ tag }) => formatReference({ repository, tag }));
    return { run: joinManifests(parts, { repository, tag: partOf.buildTag }) };
  });
}

function moves({ image: onHost, places }: PlannedTarget, builder: Builder): Line[] {
  return places
    .filter(({ moving }) => moving.length > 0)
    .flatMap(({ repository, buildTag, moving }): Line[] => {
      const from = buildTag === null ? onHost : { repository, tag: buildTag };
      const names = moving.map((tag) => ({ repository, tag }));
      if (!builder.binds) return names.flatMap((name) => [{ run: tagImage(onHost, name) }, { run: pushImage(name) }]);
      return [{ run: nameManifest(formatReference(from), names) }];
    });
}

/** The same for the images of another build, which need not be on this host. */
function promotions({ image, buildAffixes, places }: PlannedTarget, build: PromotedBuild, builder: Builder): Line[] {
  const tag = isFoundLate(build)
    ? [buildAffixes.prefix, { variable: promotedVariable }, buildAffixes.suffix]
    : [image.tag];
  return places
    .filter(({ moving }) => moving.length > 0)
    .flatMap(({ repository, buildTag, moving }): Line[] => {
      const home = buildTag === null ? image.repository : repository;
      const from = [`${home.name}:`, ...tag].filter((part) => part !== "");
      const names = moving.map((one) => ({ repository, tag: one }));
      if (builder.binds) return [{ run: nameManifest(from, names) }];
      return [
        { run: docker("pull", from) },
        ...names.flatMap((name) => [{ run: docker("tag", from, formatReference(name)) }, { run: pushImage(name) }]),
      ];
    });
}
