import { type Failure, failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import { identityLabels, isOfTarget, ownLabels } from "../plan/labels.ts";
import { platformFact, type PlannedTarget } from "../plan/plan.ts";
import { type Difference, inputsNow, inWords, isFile, whatDiffers } from "./late-labels.ts";

type Labels = Readonly<Record<string, string>>;
type Digests = ReadonlyMap<string, string>;

/**
 * The failure of an image of our name that is none of this build's: neither has it made it from this target, nor has an
 * earlier build made it from the very same. Null if it is ours.
 */
export function foreignImage(target: PlannedTarget, labels: Labels, digests: Digests): Failure | null {
  const label = identityLabels.find((one) => (labels[one] ?? "") !== (target.labels[one] ?? ""));
  if (label === undefined || isReused(target, labels, digests)) return null;
  const [own, expected] = [labels[label] ?? "missing", target.labels[label]];
  const message = `${formatReference(target.image)} was not built by this build: its label ${label} is ${own}, not ${expected}`;
  return failure("foreign-image", message, {
    target: target.name,
    hint: "somebody else has used its name; build it again",
  });
}

/** The failure of an image that is none of this build's, or that this build would make from something else. Null for its own. */
export function otherThanPlanned(...of: Parameters<typeof foreignImage>): Failure | null {
  return foreignImage(...of) ?? otherInputs(...of);
}

/** Files may have come since into a context that an earlier step has built from, and images from outside may have moved on. */
function isReused(target: PlannedTarget, labels: Labels, digests: Digests): boolean {
  const theirs = labels[ownLabels.inputs] ?? "";
  if (!isOfTarget(target, labels) || theirs === "" || target.inputs.unknown !== null) return false;
  return (
    theirs === inputsNow(target, digests) ||
    whatDiffers(target, labels, digests).every((one) => isFile(one) || one.isOutside)
  );
}

/** The failure of an image that this build has made from something else than it would be now; null where it has not. */
export function otherInputs(target: PlannedTarget, labels: Labels, digests: Digests): Failure | null {
  if (labels[ownLabels.inputs] === inputsNow(target, digests)) return null;
  // Steps of one build may see one after the other what an image from outside is: the first of them has decided it.
  // A base that an earlier step has built stays this build's, whatever files have come since.
  const differing = whatDiffers(target, labels, digests).filter(
    (one) => !one.isOutside && (!target.implied || !isFile(one)),
  );
  if (differing.length === 0) return null;
  const message = `${formatReference(target.image)} is up, made from something else: ${inWords(differing)}`;
  return failure("other-inputs", message, { target: target.name, hint: apart(target, differing) });
}

/** What is to be written where agents or pipelines make several images of one target. */
function apart({ name, variants }: PlannedTarget, differing: readonly Difference[]): string {
  const suffix = differing.flatMap(({ what }) => variants[what] ?? [])[0] ?? "{{env.NAME}}";
  const written = `suffix: "-${suffix}" in targets.${name}`;
  return differing.some(({ what }) => what === platformFact)
    ? `agents of several architectures make one image of it by platforms: with those of all agents, and --platform with its own on each; or several, which needs a suffix, as ${written}`
    : `one build tag stands for one image: what differs between agents or pipelines needs a suffix that says so, as ${written}`;
}
