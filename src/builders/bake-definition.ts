import { annotations, attestations } from "./image-extras.ts";
import { cleanJson } from "../core/printable.ts";
import { digestInName, formatReference, type Reference } from "../core/reference.ts";
import { shortImageName } from "../dockerfile/image-name.ts";
import type { Late, NamedText, Text } from "../core/text.ts";
import { type Invocation, render, workDirectory } from "../docker/invocation.ts";
import { contextTarget } from "../plan/context-target.ts";
import { findTarget } from "../plan/find-target.ts";
import {
  buildTagReferences,
  isKnownByDigest,
  outsideImages,
  outsidePin,
  type Plan,
  type PlannedTarget,
} from "../plan/plan.ts";
import { dockerfileInContext } from "../plan/stages.ts";
import type { BuilderTraits, BuildStep } from "../plan/steps.ts";
import { labelTexts } from "./late-labels.ts";

/** The file that bake writes what it has built to, in the run's temporary directory. */
export const metadataFile = "metadata.json";

/** How a step is built; `directory` is the config's folder, which docker runs in. */
type Options = Pick<BuildStep, "pushed" | "loaded" | "noCache" | "pull"> &
  Pick<BuilderTraits, "store"> & {
    directory: string;
    /** The builder that buildx is told of by name. */
    builder: string | null;
  };

/**
 * One bake for all of `targets`: identical steps run once, the context is sent once, and one process is started. The
 * plan's other targets exist already. https://docs.docker.com/build/bake/reference/
 */
export function bakeInvocation(targets: readonly PlannedTarget[], plan: Plan, options: Options): Invocation {
  const argv = ["docker", "buildx", "bake", "-f", "-", "--progress=rawjson"] as const;
  const metadata = ["--metadata-file", [{ variable: workDirectory }, `/${metadataFile}`]] as const;
  const marks = new Marks();
  return {
    argv: [
      ...argv,
      ...(options.builder === null ? [] : [`--builder=${options.builder}`]),
      ...metadata,
      ...readable(targets),
      ...(options.noCache ? ["--no-cache"] : []),
    ],
    stdin: marks.fill(cleanJson(JSON.stringify(bakeDefinition(targets, plan, options, marks), null, 2))),
    env: [...new Set([...secretNames(targets), ...variables(targets)])],
  };
}

/** The bake file as an object. */
function bakeDefinition(targets: readonly PlannedTarget[], plan: Plan, options: Options, marks: Marks): object {
  const together = new Set(targets.map(({ name }) => name));
  const sources: Sources = (name) => {
    const target = findTarget(plan, name);
    if (target === undefined) return undefined;
    const reference = formatReference(target.image);
    // A name may be given to another image meanwhile. Where containerd keeps the images, BuildKit even asks the registry
    // first what a context's name stands for. A digest stands for what this run has settled on; both find it on the host.
    const pin: Late[] = isKnownByDigest(target, plan) ? [{ pin: name }] : [];
    const existing: Text = [`docker-image://${reference}`, ...pin];
    return {
      image: reference,
      hasCache: target.isBase,
      context: together.has(name) ? `target:${name}` : existing,
    };
  };
  const named = variables(targets);
  return {
    // Their values come from the environment, and into no file. https://docs.docker.com/build/bake/variables/
    ...unlessEmpty("variable", Object.fromEntries(named.map((name) => [name, { default: "" }]))),
    group: { default: { targets: [...together] } },
    target: Object.fromEntries(
      targets.map((target) => [target.name, bakeTarget(target, plan, sources, options, marks)]),
    ),
  };
}

/** No text of a config holds this: control characters are not allowed in any. */
const mark = "\u0001";

/** What is only known later stands in the bake file as a mark. */
class Marks {
  readonly #lates: Late[] = [];

  /** The text as bake is to read it. */
  put(text: Text): string {
    return render(typeof text === "string" ? literal(text) : text.map(literalPart), (late) => {
      this.#lates.push(late);
      return `${mark}${this.#lates.length - 1}${mark}`;
    });
  }

  /** The bake file with what the marks stand for. JSON writes a mark as an escape sequence. */
  fill(json: string): Text {
    const parts = json.split(/\\u0001(\d+)\\u0001/);
    return parts.length === 1 ? json : parts.map((part, at) => (at % 2 === 0 ? part : this.#lates[Number(part)]!));
  }
}

function literalPart(part: string | Late): string | Late {
  return typeof part === "string" ? literal(part) : part;
}

/** Where a needed target's image comes from, by the target's name. */
type Sources = (name: string) => { image: string; hasCache: boolean; context: Text } | undefined;

/** Whether it is built in the same bake. */
function isBuiltAlong(context: Text): boolean {
  return typeof context === "string" && context.startsWith("target:");
}

function bakeTarget(target: PlannedTarget, plan: Plan, sources: Sources, options: Options, marks: Marks): object {
  const contexts = {
    ...(options.pull ? fromOutside(target) : {}),
    ...given(target, sources),
    ...links(target, sources),
  };
  return {
    context: literal(target.context),
    dockerfile: literal(dockerfileInContext(target, options.directory)),
    ...(target.stage === "" ? {} : { target: literal(target.stage) }),
    ...unlessEmpty("contexts", put(contexts, marks)),
    ...unlessEmpty("args", namedTexts(target.args)),
    // What is built along with its base is done before that has a digest.
    labels: put(
      labelTexts(target, plan, (name) => !isBuiltAlong(sources(name)!.context)),
      marks,
    ),
    ...unlessEmpty("tags", tagsOf(target, options)),
    ...unlessEmpty(
      "secret",
      target.secrets.map((secret) =>
        "env" in secret
          ? { type: "env", id: literal(secret.id), env: secret.env }
          : { type: "file", id: literal(secret.id), src: literal(secret.file) },
      ),
    ),
    ...unlessEmpty("ssh", target.ssh.map(literal)),
    ...unlessEmpty("platforms", target.platforms),
    attest: attestations(target),
    ...unlessEmpty("annotations", annotations(target).map(literal)),
    ...(target.network === "default" ? {} : { network: target.network }),
    ...unlessEmpty("extra-hosts", target.extraHosts),
    ...unlessEmpty("cache-to", [
      ...new Set([...(target.isBase ? ["type=inline"] : []), ...target.cacheTo.map(literal)]),
    ]),
    ...unlessEmpty(
      "cache-from",
      [...unboundBases(target, sources), ...target.cacheFrom].map((from) => literal(cacheSource(from))),
    ),
    output: [output(target, options)],
  };
}

/** Images from outside, by the digest that they have in their registry now: all targets of a run are made from the same. */
function fromOutside(target: PlannedTarget): Record<string, Text> {
  return Object.fromEntries(
    outsideImages(target)
      .filter((image) => digestInName(image) === null)
      .map((image) => [shortImageName(image), [`docker-image://${image}`, { pin: outsidePin(image) }]]),
  );
}

/** The config's own named contexts. `buildx build` shortens their names, bake does not. */
function given(target: PlannedTarget, sources: Sources): Record<string, Text> {
  return Object.fromEntries(
    Object.entries(target.contexts).map(([name, from]) => {
      const other = contextTarget(from);
      return [shortImageName(name), other === null ? from : (sources(other)?.context ?? from)];
    }),
  );
}

/** What makes bake build another target first, and the stage or image names that stand for its result. */
function links(target: PlannedTarget, sources: Sources): Record<string, Text> {
  const contexts: Record<string, Text> = {};
  for (const { stage, target: base } of target.bind) contexts[stage] = sources(base)!.context;
  for (const needed of target.needs) {
    const source = sources(needed);
    if (source === undefined || target.bind.some((binding) => binding.target === needed)) continue;
    // bake has no depends_on; a named context makes it wait, and `FROM <the build-tag reference>` finds it there.
    const used = Object.values(target.args).includes(source.image);
    if (used) contexts[shortImageName(source.image)] = source.context;
    else if (isBuiltAlong(source.context)) contexts[`multistage-build-needs-${needed}`] = source.context;
  }
  return contexts;
}

/** What exists already but cannot be put in a stage's place: the cache in its image keeps the stage from being run again. */
function unboundBases(target: PlannedTarget, sources: Sources): string[] {
  return target.needs.flatMap((needed) => {
    const source = sources(needed);
    const bound = target.bind.some((binding) => binding.target === needed);
    if (source === undefined || bound || !source.hasCache || isBuiltAlong(source.context)) return [];
    return Object.values(target.args).includes(source.image) ? [] : [source.image];
  });
}

/** What is published from elsewhere than this host gets its names from us, once it is proved. */
function tagsOf(target: PlannedTarget, { store, loaded }: Options): string[] {
  return store === "host" || loaded.includes(target.name) ? namesOnHost(target).map(formatReference) : [];
}

function output(target: PlannedTarget, { store, pushed, loaded }: Options): string {
  const isPushed = pushed.includes(target.name);
  if (store === "registry") {
    if (!isPushed) return loaded.includes(target.name) ? "type=docker" : "type=cacheonly";
    const repositories = buildTagReferences(target)
      .map(({ repository }) => repository.name)
      .join();
    const named = repositories.includes(",") ? `"name=${repositories}"` : `name=${repositories}`;
    return `type=image,${named},push-by-digest=true,push=true`;
  }
  if (isPushed) return "type=image,push=true";
  // Several platforms are an index, which only the image store can hold.
  return target.platforms.length > 1 ? "type=image" : "type=docker";
}

/** What an image is called on the host: what this run or a later step publishes it as, or else the name that it is found by. */
export function namesOnHost(target: PlannedTarget): Reference[] {
  const names = buildTagReferences(target);
  return names.length > 0 ? names : [target.image];
}

/** A plain reference is the image of that name; a `type=…` specification is taken as it is. */
function cacheSource(from: string): string {
  return from.startsWith("type=") ? from : `type=registry,ref=${from}`;
}

/** The image in a registry that a cache comes from; null where it comes from elsewhere. */
export function cacheImage(from: string): string | null {
  const source = cacheSource(from);
  return /(?:^|,)type=registry(?:,|$)/.test(source) ? (/(?:^|,)ref=([^,]+)/.exec(source)?.[1] ?? null) : null;
}

/** bake evaluates `${…}` and `%{…}` in every string of a JSON file. */
function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

function put(texts: Readonly<Record<string, Text>>, marks: Marks): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [literal(name), marks.put(text)]));
}

/** Variables stand in a text as bake's own; a sign before one would make it a literal. */
function namedTexts(texts: Readonly<Record<string, NamedText>>): Record<string, string> {
  const written = (piece: string | { variable: string }) =>
    typeof piece === "string" ? literal(piece).replace(/[$%]$/, '$${"$&"}') : `\${${piece.variable}}`;
  return Object.fromEntries(
    Object.entries(texts).map(([name, text]) => [
      literal(name),
      typeof text === "string" ? literal(text) : text.map(written).join(""),
    ]),
  );
}

/** The variables that stand in arguments. */
function variables(targets: readonly PlannedTarget[]): string[] {
  const pieces = targets.flatMap(({ args }) =>
    Object.values(args).flatMap((text) => (typeof text === "string" ? [] : text)),
  );
  return [...new Set(pieces.flatMap((piece) => (typeof piece === "string" ? [] : [piece.variable])))];
}

function unlessEmpty(key: string, value: object): object {
  return Object.keys(value).length === 0 ? {} : { [key]: value };
}

/** bake reads outside the folder it runs in only what it is told to. https://docs.docker.com/reference/cli/docker/buildx/bake/#allow */
function readable(targets: readonly PlannedTarget[]): string[] {
  const outside = (file: string) => file.startsWith("../") || file === ".." || file.startsWith("/");
  const paths = targets.flatMap((target) => [
    target.context,
    ...Object.values(target.contexts).filter((from) => !from.includes(":")),
    ...target.secrets.flatMap((secret) => ("file" in secret ? [secret.file] : [])),
    ...(outside(target.dockerfile) ? [target.dockerfile] : []),
  ]);
  const allowed = [...new Set(paths.filter(outside))].map((file) => `--allow=fs.read=${file}`);
  const ssh = targets.some((target) => target.ssh.length > 0) ? ["--allow=ssh"] : [];
  const network = targets.some((target) => target.network === "host") ? ["--allow=network.host"] : [];
  return [...allowed, ...ssh, ...network];
}

function secretNames(targets: readonly PlannedTarget[]): string[] {
  const names = targets.flatMap(({ secrets }) => secrets.flatMap((secret) => ("env" in secret ? [secret.env] : [])));
  return [...new Set(names)];
}
