import type { Late, Text } from "../core/text.ts";
import { fillIn } from "../docker/invocation.ts";
import { findTarget } from "../plan/find-target.ts";
import { askedBase, baseDigestLabel, labelledBase, ownLabels } from "../plan/labels.ts";
import {
  isKnownByDigest,
  type LateInput,
  outsideKey,
  outsidePin,
  type Plan,
  type PlannedTarget,
} from "../plan/plan.ts";

/** A target's labels, with what is only known when it is built. Of an image that exists only then its digest is not. */
export function labelTexts(
  target: PlannedTarget,
  plan: Plan,
  exists: (target: string) => boolean,
): Record<string, Text> {
  const labelled = labelledBase(target, plan);
  const base = labelled === null || exists(labelled) ? labelled : null;
  const asked = askedBase(target, plan);
  const { unknown, facts, images } = target.inputs;
  const isKnown = (one: LateInput) => {
    const other = "target" in one ? findTarget(plan, one.target) : undefined;
    return other === undefined ? "image" in one : isKnownByDigest(other, plan) && exists(other.name);
  };
  return {
    ...target.labels,
    ...(base === null ? {} : { [baseDigestLabel]: [{ digest: base }] }),
    ...(asked === null ? {} : { [baseDigestLabel]: [{ digest: outsidePin(asked) }] }),
    ...(facts.length === 0 ? {} : { [ownLabels.inputParts]: facts.map(({ print }) => print).join(" ") }),
    ...(unknown === null && images.every(isKnown) ? { [ownLabels.inputs]: inputsText(target) } : {}),
  };
}

/**
 * All that can change an image, as its label holds it: what is known before the run in one sum, and the digests of the
 * images that it is made from, each after a space. One that is not known is empty, and the text equals no other.
 */
function inputsText({ inputs: { known, images } }: Pick<PlannedTarget, "inputs">): Text {
  return [known, ...images.flatMap((one): [string, Late] => [" ", { digest: digestKey(one) }])];
}

/** What the digest of an image that another one is made from is kept under during a run. */
function digestKey(one: LateInput): string {
  return "target" in one ? one.target : outsideKey(one.image);
}

/** The first image that a target is made from and of which it is not known which one it is now; null where all are. */
export function missingImage(
  { inputs: { images } }: Pick<PlannedTarget, "inputs">,
  digests: ReadonlyMap<string, string>,
): LateInput | null {
  return images.find((one) => (digests.get(digestKey(one)) ?? "") === "") ?? null;
}

/** The text of the label as it would be now; null where something is not known. */
export function inputsNow(target: PlannedTarget, digests: ReadonlyMap<string, string>): string | null {
  if (target.inputs.unknown !== null || missingImage(target, digests) !== null) return null;
  return fillIn(inputsText(target), { variables: {}, digests });
}

/** One thing that an image was made from and that is otherwise now. */
export interface Difference {
  /** In words. */
  what: string;
  /** Whether it is an image from outside, which may have moved on by itself. */
  isOutside: boolean;
}

/** Whether it is a file of a build context. */
export function isFile({ what }: Pick<Difference, "what">): boolean {
  return what.startsWith("the file ");
}

/**
 * What an image was made from that is otherwise now; none where that cannot be told. An image of another program has no such
 * labels; of one of which not all was known the files may not have been looked at.
 */
export function whatDiffers(
  { inputs: { known, facts, images, unknown } }: PlannedTarget,
  labels: Readonly<Record<string, string>>,
  digests: ReadonlyMap<string, string>,
): Difference[] {
  const parts = new Set((labels[ownLabels.inputParts] ?? "").split(" "));
  const [sum, ...theirs] = (labels[ownLabels.inputs] ?? "").split(" ");
  if (theirs.length === 0 && parts.has("")) return [];
  const changed = facts.filter(({ print }) => !parts.has(print)).map(({ name }) => name);
  if (sum === "" || unknown !== null)
    return changed.map((what) => ({ what, isOutside: false })).filter((one) => !isFile(one));
  const ours = new Set(facts.map(({ print }) => print));
  const isGone = changed.length === 0 && [...parts].some((print) => print !== "" && !ours.has(print));
  const moved = images.flatMap((one, at) => {
    const digest = digests.get(digestKey(one));
    if (digest === undefined || theirs[at] === digest) return [];
    if ("target" in one) return { what: `the image of ${one.target}`, isOutside: false };
    const isPartly = theirs[at] === "" ? ", of which not all was known" : "";
    return { what: `the image ${one.image}${isPartly}`, isOutside: true };
  });
  const found = [...changed, ...(isGone ? ["something that is gone"] : [])];
  const isElse = found.length === 0 && sum !== "" && sum !== known;
  const told = isElse ? ["the order of the instructions"] : found;
  return [...told.map((what) => ({ what, isOutside: false })), ...moved];
}

/**
 * Whether an image differs from a target in nothing but what another platform brings with it. Files are not among that: one
 * that is compiled for each platform cannot be told from one of another commit.
 */
export function differsByPlatform(...of: Parameters<typeof whatDiffers>): boolean {
  return whatDiffers(...of).every(({ what }) => /^(?:the platform$|the argument |the image )/.test(what));
}

const mostTold = 5;

/** What differs, as far as somebody would read it. */
export function inWords(differing: readonly Difference[]): string {
  const more = differing.length > mostTold ? `, and ${differing.length - mostTold} more` : "";
  const told = differing.slice(0, mostTold).map(({ what }) => what);
  return told.join(", ") + more;
}
