import { shortImageName } from "../dockerfile/image-name.ts";
import { contextTarget } from "../plan/context-target.ts";
import type { PlannedTarget } from "../plan/plan.ts";
import { dockerfileInContext } from "../plan/stages.ts";
import type { Invocation } from "./invocation.ts";
import { workDirectory } from "./invocation.ts";
import type { BuildOptions } from "./options.ts";

/**
 * One bake for everything that is selected: identical steps run once, the context is sent once, and one process is
 * started. https://docs.docker.com/build/bake/reference/
 */
export function bakeInvocation(
  targets: readonly PlannedTarget[],
  all: readonly PlannedTarget[],
  options: BuildOptions,
): Invocation {
  const definition = JSON.stringify(bakeDefinition(targets, all, options), null, 2);
  const argv = ["docker", "buildx", "bake", "-f", "-", "--progress=rawjson"] as const;
  const metadata = { variable: workDirectory, rest: "/metadata.json" };
  return {
    kind: "build",
    target: null,
    argv: [...argv, "--metadata-file", metadata, ...readable(targets), ...(options.noCache ? ["--no-cache"] : [])],
    stdin: definition,
    env: secretNames(targets),
  };
}

/** The bake file as an object: `targets` are built, those of `all` that are not among them exist already. */
export function bakeDefinition(
  targets: readonly PlannedTarget[],
  all: readonly PlannedTarget[],
  options: BuildOptions,
): object {
  const together = new Set(targets.map(({ name }) => name));
  const sources = new Map(
    all.map(({ name, image, inlineCache }) => [
      name,
      { image, inlineCache, context: together.has(name) ? `target:${name}` : `docker-image://${image}` },
    ]),
  );
  return {
    group: { default: { targets: [...together] } },
    target: Object.fromEntries(targets.map((target) => [target.name, bakeTarget(target, sources, options)])),
  };
}

/** Where a needed target's image comes from, by the target's name. */
type Sources = ReadonlyMap<string, { image: string; inlineCache: boolean; context: string }>;

function bakeTarget(target: PlannedTarget, sources: Sources, options: BuildOptions): object {
  const contexts = { ...given(target, sources), ...links(target, sources) };
  // Pulling would look for a base of ours in the registry, even if it is on the host only.
  const pull = options.pull && !Object.values(contexts).some((from) => from.startsWith("docker-image://"));
  return {
    context: literal(target.context),
    dockerfile: literal(dockerfileInContext(target, options.directory)),
    ...(target.stage === "" ? {} : { target: literal(target.stage) }),
    ...unlessEmpty("contexts", literals(contexts)),
    ...unlessEmpty("args", literals(target.args)),
    labels: literals(target.labels),
    tags: target.push ? target.immutable : [target.image],
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
    ...(target.inlineCache ? { "cache-to": ["type=inline"] } : {}),
    ...unlessEmpty(
      "cache-from",
      [...unboundBases(target, sources), ...target.cacheFrom].map((from) => literal(cacheSource(from))),
    ),
    ...(pull ? { pull } : {}),
    output: [output(target)],
  };
}

/** The config's own named contexts. `buildx build` shortens their names, bake does not. */
function given(target: PlannedTarget, sources: Sources): Record<string, string> {
  return Object.fromEntries(
    Object.entries(target.contexts).map(([name, from]) => {
      const other = contextTarget(from);
      return [shortImageName(name), other === null ? from : (sources.get(other)?.context ?? from)];
    }),
  );
}

/** What makes bake build another target first, and the stage or image names that stand for its result. */
function links(target: PlannedTarget, sources: Sources): Record<string, string> {
  const contexts: Record<string, string> = {};
  for (const { stage, target: base } of target.bind) contexts[stage] = sources.get(base)!.context;
  for (const needed of target.needs) {
    const source = sources.get(needed);
    if (source === undefined || target.bind.some((binding) => binding.target === needed)) continue;
    // bake has no depends_on; a named context makes it wait, and `FROM <the build-tag reference>` finds it there.
    const used = Object.values(target.args).includes(source.image);
    if (used) contexts[shortImageName(source.image)] = source.context;
    else if (source.context.startsWith("target:")) contexts[`multistage-build-needs-${needed}`] = source.context;
  }
  return contexts;
}

/** What exists already but cannot be put in a stage's place: the cache in its image keeps the stage from being run again. */
function unboundBases(target: PlannedTarget, sources: Sources): string[] {
  return target.needs.flatMap((needed) => {
    const source = sources.get(needed);
    const bound = target.bind.some((binding) => binding.target === needed);
    if (source === undefined || bound || !source.inlineCache || source.context.startsWith("target:")) return [];
    return Object.values(target.args).includes(source.image) ? [] : [source.image];
  });
}

function output(target: PlannedTarget): string {
  if (target.push) return "type=image,push=true";
  // Several platforms are an index, which only the image store can hold.
  return target.platforms.length > 1 ? "type=image" : "type=docker";
}

/** A plain reference is the image of that name; a `type=…` specification is taken as it is. */
export function cacheSource(from: string): string {
  return from.startsWith("type=") ? from : `type=registry,ref=${from}`;
}

/** bake evaluates `${…}` and `%{…}` in every string of a JSON file. */
function literal(text: string): string {
  return text.replaceAll(/[$%](?=\{)/g, (sign) => sign + sign);
}

function literals(texts: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([name, text]) => [literal(name), literal(text)]));
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
  return [...allowed, ...ssh];
}

function secretNames(targets: readonly PlannedTarget[]): string[] {
  const names = targets.flatMap(({ secrets }) => secrets.flatMap((secret) => ("env" in secret ? [secret.env] : [])));
  return [...new Set(names)];
}
