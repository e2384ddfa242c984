import { distinct, type Problem } from "../core/errors.ts";
import { pushAll } from "../core/push-all.ts";
import { parseTagPolicy, type TagPolicy } from "../tags/policy.ts";
import type { Attestations, Config, Secret, Target } from "./config.ts";
import { configDoubts, configRules } from "./rules.ts";
import type { WrittenConfig, WrittenTarget } from "./schema.ts";

type WrittenEntry = WrittenConfig["targets"][string];

/** Fills in every default and checks what the schema cannot. All problems come back; the config is usable without any. */
export function resolveConfig(given: WrittenConfig, directory: string): { config: Config; problems: Problem[] } {
  const { written, problems } = withoutTooMuch(given);
  const warnings: Problem[] = [];
  const policies = new Map<unknown, TagPolicy>();
  // Targets that share their rules share the parsed policy, so that a thousand targets parse it once.
  const policyOf = (tags: WrittenTarget["tags"], path: string) => {
    const known = policies.get(tags);
    if (known !== undefined) return known;
    const parsed = parseTagPolicy({ tags, flavor: written.flavor }, path);
    pushAll(problems, parsed.problems);
    pushAll(warnings, parsed.warnings);
    policies.set(tags, parsed.policy);
    return parsed.policy;
  };
  const targets = Object.entries(written.targets).map(([name, entry]) => {
    const long = longForm(entry);
    const owner =
      long.tags !== undefined ? `targets.${name}.` : written.defaults?.tags !== undefined ? "defaults." : "";
    const merged = merge(written, long);
    return resolveTarget(name, merged, policyOf(merged.tags, `${owner}tags`), written.builds ?? null);
  });
  const config: Config = {
    directory,
    targets,
    push: written.push ?? "auto",
    pull: written.pull ?? null,
    promote: written.promote ?? "auto",
    builder: written.builder ?? null,
    cache: written.cache ?? null,
    registries: written.registries ?? {},
    registry: written.registry ?? null,
    env: written.env ?? [],
    allow: written.allow ?? [],
    warnings: distinct(warnings),
  };
  pushAll(problems, configRules(config));
  pushAll(config.warnings, distinct(configDoubts(config)));
  return { config, problems: distinct(problems) };
}

/** So many values the defaults may come to, each counted for every target. */
const mostDefaults = 500_000;

/** What is in `defaults` is copied into every target: a config of moderate size may come to millions of values. */
function withoutTooMuch(written: WrittenConfig): { written: WrittenConfig; problems: Problem[] } {
  const { defaults = {}, targets } = written;
  const values = Object.values(defaults).reduce((sum, value) => sum + Object.keys(Object(value)).length, 0);
  if (values * Object.keys(targets).length <= mostDefaults) return { written, problems: [] };
  const message = `come to more than ${mostDefaults} values in all targets`;
  return { written: { ...written, defaults: {} }, problems: [{ path: "defaults", message }] };
}

function longForm(entry: WrittenEntry): WrittenTarget {
  return typeof entry === "object" && !Array.isArray(entry) ? entry : { repo: entry };
}

/** The target's own keys win over `defaults`, those over the top level; maps are merged key by key. */
function merge(written: WrittenConfig, target: WrittenTarget): WrittenTarget {
  const { dockerfile, context, tags, reuse, attest, defaults } = written;
  return {
    ...(dockerfile === undefined ? {} : { dockerfile }),
    ...(context === undefined ? {} : { context }),
    ...(tags === undefined ? {} : { tags }),
    ...(reuse === undefined ? {} : { reuse }),
    ...defaults,
    ...target,
    args: { ...defaults?.args, ...target.args },
    labels: { ...defaults?.labels, ...target.labels },
    secrets: { ...defaults?.secrets, ...target.secrets },
    contexts: { ...defaults?.contexts, ...target.contexts },
    attest: { ...attest, ...defaults?.attest, ...target.attest },
    annotations: { ...defaults?.annotations, ...target.annotations },
    extraHosts: { ...hostsOf(defaults?.extraHosts), ...hostsOf(target.extraHosts) },
  };
}

function resolveTarget(name: string, written: WrittenTarget, tags: TagPolicy, builds: string | null): Target {
  return {
    name,
    stage: written.target ?? name,
    stageIsWritten: written.target !== undefined,
    dockerfile: written.dockerfile ?? "Dockerfile",
    context: written.context ?? ".",
    builds: written.push === false ? null : builds,
    repositories: written.repo === undefined || written.repo === false ? [] : list(written.repo),
    args: texts(written.args),
    labels: texts(written.labels),
    secrets: Object.entries(written.secrets ?? {}).map(([id, from]): Secret => ({ id, ...from })),
    ssh: list(written.ssh),
    contexts: written.contexts ?? {},
    platforms: written.platforms ?? [],
    platformsVary: false,
    parts: [],
    tags,
    prefix: written.prefix ?? "",
    suffix: written.suffix ?? "",
    buildTag: { prefix: written.buildTag?.prefix ?? "", suffix: written.buildTag?.suffix ?? "" },
    attest: attestations(written.attest),
    annotations: texts(written.annotations),
    network: written.network ?? "default",
    extraHosts: hostsOf(written.extraHosts),
    needs: list(written.needs),
    push: written.push ?? "auto",
    reuse: written.reuse ?? null,
    cacheFrom: list(written.cacheFrom),
    cacheTo: list(written.cacheTo),
  };
}

function list(value: string | readonly string[] | undefined): readonly string[] {
  return value === undefined ? [] : typeof value === "string" ? [value] : value;
}

function attestations({ provenance = false, sbom = false }: WrittenTarget["attest"] = {}): Attestations {
  return { provenance: provenance === true ? "min" : provenance === false ? null : provenance, sbom };
}

/** Hosts are written as a map, or as docker's own `name:address`; an IPv6 address may have brackets. */
function hostsOf(hosts: WrittenTarget["extraHosts"] = {}): Record<string, string> {
  const pairs = Array.isArray(hosts)
    ? hosts.map((host) => [host.replace(/[:=].*/s, ""), host.replace(/^[^:=]+[:=]/, "")] as const)
    : Object.entries(hosts);
  return Object.fromEntries(pairs.map(([name, address]) => [name, address.replaceAll(/[[\]]/g, "")]));
}

function texts(values: WrittenTarget["args"]): Record<string, string> {
  return Object.fromEntries(Object.entries(values ?? {}).map(([name, value]) => [name, String(value)]));
}
