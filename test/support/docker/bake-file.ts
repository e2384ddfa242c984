import { NotExpected } from "./words.ts";

/** A target of a bake definition, as far as the scripted docker understands it. */
export interface BakeTarget {
  name: string;
  context: string;
  dockerfile: string;
  stage: string | null;
  contexts: Record<string, string>;
  args: Record<string, string>;
  labels: Record<string, string>;
  tags: string[];
  cacheFrom: string[];
  inlineCache: boolean;
  pull: boolean;
  noCache: boolean;
  /** What it is built for; null for the engine's own platform. */
  platform: string | null;
  output: "docker" | "push" | "image" | "cacheonly";
  /** The repositories that it is sent to without a tag. */
  sentTo: string[];
}

const outputs = {
  "type=docker": "docker",
  "type=image,push=true": "push",
  "type=image": "image",
  "type=cacheonly": "cacheonly",
} as const;

/** https://docs.docker.com/build/exporters/image-registry/ */
const byDigest = /^type=image,"?name=([^",]+(?:,[^",=]+)*)"?,push-by-digest=true,push=true$/;

/** It is understood, and nothing is made of it. */
const registryCache = /^type=registry,ref=([^,]+),mode=max$/;

interface Written {
  context?: string;
  dockerfile?: string;
  target?: string;
  contexts?: Record<string, string>;
  args?: Record<string, string>;
  labels?: Record<string, string>;
  tags?: string[];
  secret?: object[];
  ssh?: string[];
  platforms?: string[];
  attest?: string[];
  annotations?: string[];
  network?: string;
  "extra-hosts"?: Record<string, string>;
  "cache-to"?: string[];
  "cache-from"?: string[];
  pull?: boolean;
  "no-cache"?: boolean;
  output?: string[];
}

const understood = new Set(
  "context dockerfile target contexts args labels tags secret ssh platforms attest annotations network extra-hosts cache-to cache-from pull no-cache output".split(
    " ",
  ),
);

/**
 * The targets that a bake builds, what others need first. Throws at a definition, or a part of one, that is not
 * understood. https://docs.docker.com/build/bake/reference/
 */
export function readBakeFile(
  text: string,
  asked: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): BakeTarget[] {
  const {
    group = {},
    target = {},
    variable = {},
    ...rest
  } = JSON.parse(text) as {
    group?: Record<string, { targets: string[] }>;
    target?: Record<string, Written>;
    variable?: Record<string, { default: string }>;
  };
  const values = Object.fromEntries(
    Object.entries(variable).map(([name, { default: otherwise }]) => [name, env[name] ?? otherwise]),
  );
  if (Object.keys(rest).length > 0) throw new NotExpected(`in a bake file: ${Object.keys(rest).join()}`);
  const wanted = asked.length > 0 ? asked : ["default"];
  const ordered = new Map<string, BakeTarget>();
  const add = (name: string): void => {
    if (ordered.has(name)) return;
    const written = target[name];
    if (written === undefined) throw new NotExpected(`the bake target ${name}, which is not defined`);
    const read = readTarget(name, written, values);
    for (const from of Object.values(read.contexts)) if (from.startsWith("target:")) add(from.slice("target:".length));
    ordered.set(name, read);
  };
  for (const name of wanted.flatMap((one) => group[one]?.targets ?? [one])) add(name);
  return [...ordered.values()];
}

function readTarget(name: string, written: Written, values: Readonly<Record<string, string>>): BakeTarget {
  const unknown = Object.keys(written).filter((key) => !understood.has(key));
  const { output, sentTo } = outputOf(name, written);
  if (unknown.length > 0) throw new NotExpected(`the keys ${unknown.join()} of bake target ${name}`);
  if ((written.platforms ?? []).length > 1) throw new NotExpected(`several platforms of bake target ${name}`);
  const attested = (written.attest ?? []).filter((text) => !text.endsWith(",disabled=true"));
  if (attested.length > 0) throw new NotExpected(`the attestations ${attested.join()} of bake target ${name}`);
  const inline = written["cache-to"] ?? [];
  const exported = inline.flatMap((to) => (to === "type=inline" ? [] : (registryCache.exec(to)?.[1] ?? NaN)));
  if (exported.some((to) => typeof to !== "string")) throw new NotExpected(`the cache ${inline.join()} of ${name}`);
  return {
    name,
    context: literal(written.context ?? "."),
    dockerfile: literal(written.dockerfile ?? "Dockerfile"),
    stage: written.target === undefined ? null : literal(written.target),
    contexts: literals(written.contexts ?? {}),
    args: Object.fromEntries(
      Object.entries(written.args ?? {}).map(([key, text]) => [literal(key), evaluated(text, values)]),
    ),
    labels: literals(written.labels ?? {}),
    tags: written.tags ?? [],
    cacheFrom: (written["cache-from"] ?? []).map((from) => imageOf(literal(from))),
    inlineCache: inline.includes("type=inline"),
    pull: written.pull === true,
    noCache: written["no-cache"] === true,
    platform: written.platforms?.[0] ?? null,
    output,
    sentTo,
  };
}

function outputOf(name: string, { output, tags }: Written): Pick<BakeTarget, "output" | "sentTo"> {
  const text = output?.join(";") ?? "";
  const sentTo = byDigest.exec(text)?.[1]?.split(",") ?? [];
  if (sentTo.length > 0 && tags !== undefined) throw new NotExpected(`tags of ${name}, which is sent by its digest`);
  const known = sentTo.length > 0 ? "push" : Object.entries(outputs).find(([one]) => one === text)?.[1];
  if (known === undefined) throw new NotExpected(`the output ${text} of bake target ${name}`);
  return { output: known, sentTo };
}

function imageOf(cache: string): string {
  const reference = /^type=registry,ref=([^,]+)$/.exec(cache)?.[1];
  if (reference === undefined) throw new NotExpected(`the cache ${cache}`);
  return reference;
}

/** bake evaluates `${…}` and `%{…}`: what is meant as it is has the sign twice. */
function literal(text: string): string {
  if (/[$%]\{/.test(text.replaceAll(/([$%])\1\{/g, ""))) throw new NotExpected(`an expression: ${text}`);
  return text.replaceAll(/([$%])\1(?=\{)/g, "$1");
}

/** Variables, and signs in quotes, which would make a literal of what follows them. */
function evaluated(text: string, values: Readonly<Record<string, string>>): string {
  const parts = text.split(/((?<![$%])\$\{(?:\w+|"[$%]")\})/);
  return parts
    .map((part, at) => {
      if (at % 2 === 0) return literal(part);
      const inner = part.slice(2, -1);
      if (inner.startsWith('"')) return inner.slice(1, -1);
      if (!(inner in values)) throw new NotExpected(`the variable ${inner}, which is not declared`);
      return values[inner]!;
    })
    .join("");
}

function literals(texts: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [literal(key), literal(text)]));
}
