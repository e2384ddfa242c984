import type { NamedText } from "../core/text.ts";
import { createHash } from "node:crypto";
import { isEverPublished } from "../config/config.ts";
import { order } from "../core/order.ts";
import { pushAll } from "../core/push-all.ts";
import { formatReference, type Reference } from "../core/reference.ts";
import type { ContextFiles } from "../dockerfile/context-files.ts";
import { readsOf } from "../dockerfile/context-reads.ts";
import type { GraphStage, StageRef } from "../dockerfile/graph.ts";
import { expandWord } from "../dockerfile/expand.ts";
import { readArgs } from "../dockerfile/words.ts";
import type { Links, Placed } from "./bind.ts";
import { contextTarget } from "./context-target.ts";
import { identityOf } from "./labels.ts";
import { type LateInput, platformFact, type PlannedInputs } from "./plan.ts";
import { statedNeeds, withNeeds } from "./select.ts";

/** Everything that can change a target's image. */
interface Inputs {
  /** What is known when the plan is made, in a fixed order. */
  facts: Fact[];
  /** What is known only later: digests of images from outside, and the very images of other targets. */
  images: LateInput[];
  /** Why it cannot be known what the image will be, in words; null where it can. */
  unknown: string | null;
}

/** One thing that can change an image: what it is, in words, and what it says. */
interface Fact {
  name: string;
  value: string;
}

/** What the inputs of targets are found in. */
export interface InputSources {
  placed: ReadonlyMap<string, Placed>;
  links: ReadonlyMap<string, Links>;
  images: ReadonlyMap<string, { image: Reference }>;
  /** The files of a target's build context and of its named contexts; text says why they cannot be read. */
  files: (target: Placed["target"], context: string) => ContextFiles | string;
  /** What images are built for where a target does not say it. */
  platform: string;
  /** Whether agents may build the same image: what it is made from is then told even where none is used again. */
  isShared: boolean;
  /** A target's labels as they will be, but for what is only known later. */
  labels: (target: string) => Readonly<Record<string, string>>;
  annotations: (target: string) => Readonly<Record<string, string>>;
}

/**
 * The inputs of targets by name. They do not depend on which targets are built together: a base that is published stands
 * for itself by its image, one that never is by its own inputs.
 */
export function targetInputs(sources: InputSources): (target: string) => PlannedInputs {
  const known = new Map<string, Inputs>();
  const names = new Map([...sources.images].map(([name, { image }]) => [formatReference(image), name]));
  const targetOf = (text: string) => names.get(text) ?? null;
  const find = (name: string): Inputs => {
    const found = known.get(name);
    if (found !== undefined) return found;
    // Until it is found: that a target stands on itself is said elsewhere.
    known.set(name, { facts: [], images: [], unknown: "it stands on itself" });
    const one = sources.placed.get(name);
    // That there is no such target, or no stage of it, is said elsewhere, too.
    if (one === undefined) return { facts: [], images: [], unknown: "it is not there" };
    const inputs = inputsOf(one, sources, targetOf, find);
    known.set(name, inputs);
    return inputs;
  };
  const needs = (name: string) => {
    const target = known.has(name) ? undefined : sources.placed.get(name)?.target;
    return target === undefined ? [] : [...sources.links.get(name)!.needs, ...statedNeeds(target)];
  };
  return (name) => {
    // What it stands on comes first: a chain of thousands must not overflow the call stack.
    const below = [...withNeeds([name], needs)].filter((one) => sources.placed.has(one));
    for (const one of order(below, needs).sorted) find(one);
    const inputs = find(name);
    const isReused = sources.placed.get(name)!.target.reuse === true;
    if (isReused) return printed(inputs);
    const unknown = inputs.unknown ?? "reuse is off";
    // Sums are made only where somebody compares them.
    return sources.isShared
      ? printed({ ...inputs, unknown })
      : { known: "", facts: [], images: inputs.images, unknown };
  };
}

function printed({ facts, images, unknown }: Inputs): PlannedInputs {
  const known = hash(JSON.stringify(facts.map(({ name, value }) => [name, value])));
  const prints = facts.map(({ name, value }) => ({ name, print: hash(name).slice(0, 6) + hash(value).slice(0, 6) }));
  return { known, facts: prints, images, unknown };
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function inputsOf(
  one: Placed,
  sources: InputSources,
  targetOf: Collector["targetOf"],
  find: (target: string) => Inputs,
): Inputs {
  const { target, place } = one;
  const inputs: Inputs = { facts: [], images: [], unknown: null };
  const { escape, syntax } = place.file;
  const collect: Collector = {
    one,
    inputs,
    sources,
    targetOf,
    standFor: (name) => {
      if (isPublished(sources, name)) inputs.images.push({ target: name });
      else merge(inputs, find(name));
    },
  };
  fact(inputs, platformFact, target.platforms.join(",") || sources.platform);
  if (syntax !== null) fact(inputs, "the syntax line", syntax);
  if (escape !== "\\") fact(inputs, "the escape character", escape);
  for (const stage of stagesMade(one, sources)) stageInputs(stage, collect);
  for (const name of sources.links.get(target.name)!.needs.concat(target.needs)) {
    if (isPublished(sources, name)) inputs.images.push({ target: name });
  }
  const labels = identityOf(sources.labels(target.name), target.labels);
  for (const [name, text] of labels.toSorted(([a], [b]) => (a < b ? -1 : 1))) fact(inputs, `the label ${name}`, text);
  settingInputs(target, sources.annotations(target.name), inputs);
  // These reach the builder without being declared.
  for (const [name, value] of Object.entries(one.args)) {
    if (/^(?:BUILDKIT_.*|SOURCE_DATE_EPOCH)$/.test(name)) fact(inputs, `the argument ${name}`, value);
  }
  if (target.secrets.length > 0) fact(inputs, "the secrets", target.secrets.map(({ id }) => id).join());
  if (target.ssh.length > 0) fact(inputs, "ssh", target.ssh.map((id) => id.replace(/=.*/s, "")).join());
  const distinct = new Map(inputs.images.map((image) => [JSON.stringify(image), image]));
  return { ...inputs, images: [...distinct.values()] };
}

/** How it is built and what is said of it, where that is not as ever. */
function settingInputs(
  { network, extraHosts, attest: { provenance, sbom } }: Placed["target"],
  annotations: Readonly<Record<string, string>>,
  inputs: Inputs,
): void {
  if (network !== "default") fact(inputs, "the network", network);
  for (const [name, address] of Object.entries(extraHosts)) fact(inputs, `the extra host ${name}`, address);
  for (const [name, text] of Object.entries(annotations)) fact(inputs, `the annotation ${name}`, text);
  if (provenance !== null) fact(inputs, "the provenance", provenance);
  if (sbom) fact(inputs, "the sbom", "true");
}

/** What the facts of one target are gathered with. */
interface Collector {
  one: Placed;
  inputs: Inputs;
  sources: InputSources;
  /** The target whose image has this name. */
  targetOf: (text: string) => string | null;
  /** Another target's image is an input. */
  standFor: (target: string) => void;
}

/** The stages that are made for a target, lowest first; those that published images take the place of are not. */
function stagesMade({ target, place }: Placed, sources: InputSources): GraphStage[] {
  const { bind } = sources.links.get(target.name)!;
  const replaced = new Set(bind.flatMap(({ stage, target: base }) => (isPublished(sources, base) ? [stage] : [])));
  const made = new Set<number>();
  const queue = [place.stage.index];
  for (let index = queue.pop(); index !== undefined; index = queue.pop()) {
    const stage = place.graph.stages[index]!;
    const isReplaced = replaced.has(stage.label) && stage !== place.stage;
    if (isReplaced || made.has(index)) continue;
    made.add(index);
    for (const { to } of stage.edges) if (to.kind === "stage") queue.push(to.index);
  }
  return [...made].toSorted((a, b) => a - b).map((index) => place.graph.stages[index]!);
}

function isPublished({ placed }: InputSources, name: string): boolean {
  const target = placed.get(name)?.target;
  return target !== undefined && isEverPublished(target);
}

function stageInputs(stage: GraphStage, collect: Collector): void {
  const { one, inputs } = collect;
  const { file, graph } = one.place;
  const written = file.stages[stage.index]!;
  const from = stage.base.kind === "stage" ? graph.stages[stage.base.index]!.label : stage.base.name;
  // A reference of ours names this build; what it stands for is what counts, here and below.
  const base = collect.targetOf(from) ?? from;
  const targetBelow =
    stage.base.kind === "context" ? contextTarget(one.target.contexts[stage.base.name] ?? "") : collect.targetOf(from);
  const platform = expandWord(written.platform ?? "", file.escape, (name) => graph.globals.get(name)).value;
  fact(inputs, `stage ${stage.label} FROM`, [base, platform, stage === one.place.stage].join(" "));
  for (const { to } of stage.edges) edgeInputs(to, collect);
  if (targetBelow !== null && hasTriggers(collect.sources.placed.get(targetBelow)))
    inputs.unknown ??= `${targetBelow} has ONBUILD instructions, and what they read is not seen`;
  for (const instruction of stage.instructions) {
    const { keyword, flags, operands, heredocs } = instruction;
    const text = `${keyword} ${[...flags.map(({ name, value }) => `--${name}=${value}`), operands].join(" ")}`;
    const whole = heredocs.length === 0 ? text : JSON.stringify([text, ...heredocs]);
    fact(inputs, `stage ${stage.label}: ${shorten(text)}`, whole);
    if (keyword === "ARG") argumentInputs(instruction.operands, collect);
    const { context, unknown } = readsOf(instruction, file.escape);
    if (unknown !== null) inputs.unknown ??= `nobody knows what ADD ${unknown} will fetch; give it a --checksum`;
    if (context.paths.length > 0) fileInputs(one.target.context, collect, (files) => files.seenBy(context));
  }
}

/** A stage on an image runs its ONBUILD instructions; those of a stage of the same Dockerfile are known. */
function hasTriggers(base: Placed | undefined): boolean {
  const written = base?.place.file.stages[base.place.stage.index];
  return written !== undefined && written.instructions.some(({ trigger }) => trigger !== null);
}

/** What a stage takes from outside of the Dockerfile. */
function edgeInputs(to: StageRef, collect: Collector): void {
  const { one, inputs } = collect;
  if (to.kind === "stage" || (to.kind === "image" && to.name === "scratch")) return;
  if (to.kind === "image") {
    imageInput(to.name, collect);
    return;
  }
  const from = one.target.contexts[to.name] ?? "";
  const target = contextTarget(from);
  if (target !== null) collect.standFor(target);
  else if (from.startsWith("docker-image://")) imageInput(from.slice("docker-image://".length), collect);
  else if (/^[a-z][a-z0-9+.-]*:|^git@/.test(from)) inputs.unknown ??= `the context ${to.name} is not a folder`;
  else fileInputs(from, collect, (files) => files.seenBy({ paths: [""], exclude: [], parents: false }));
}

function imageInput(name: string, { inputs, targetOf, standFor }: Collector): void {
  const target = targetOf(name);
  if (target === null) inputs.images.push({ image: name });
  else standFor(target);
}

/** A secret counts by the name of its variable, as those do that are mounted: a sum of it would be in the image's labels. */
function inputText(text: NamedText): string {
  return typeof text === "string" ? text : JSON.stringify(text);
}

/** A build argument matters to the stages that declare it. */
function argumentInputs(operands: string, { one, inputs, targetOf, standFor }: Collector): void {
  const { file, graph } = one.place;
  for (const { name, value } of readArgs(operands, file.escape, 0)) {
    const given = Object.hasOwn(one.args, name)
      ? inputText(one.namedArgs[name]!)
      : value === null
        ? graph.globals.get(name)
        : undefined;
    const target = given === undefined ? null : targetOf(given);
    if (target !== null) standFor(target);
    else if (given !== undefined) fact(inputs, `the argument ${name}`, given);
  }
}

/** So many files are told apart; of more only the folders are. */
const mostFiles = 100;

function fileInputs(
  context: string,
  { one, inputs, sources }: Collector,
  select: (files: ContextFiles) => ReturnType<ContextFiles["seenBy"]>,
): void {
  const files = sources.files(one.target, context);
  if (typeof files === "string") {
    inputs.unknown ??= files;
    return;
  }
  const seen = select(files);
  const groups = new Map<string, string[]>();
  for (const { path, kind, mode, content } of seen) {
    const name = seen.length <= mostFiles ? path : path.replace(/\/.*/s, "/…");
    const lines = groups.get(name) ?? [];
    groups.set(name, lines);
    lines.push(JSON.stringify([path, kind, mode, content]));
  }
  for (const [name, lines] of groups) fact(inputs, `the file ${name === "" ? "." : name}`, lines.join("\n"));
}

function merge(inputs: Inputs, other: Inputs): void {
  pushAll(inputs.facts, other.facts);
  pushAll(inputs.images, other.images);
  inputs.unknown ??= other.unknown;
}

function fact(inputs: Inputs, name: string, value: string): void {
  inputs.facts.push({ name, value });
}

function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, " ");
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
