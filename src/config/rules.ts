import { meantRepository, repositoryFault, withRegistry } from "../core/reference.ts";
import { finder } from "../core/suggest.ts";
import { fixedVariable, isOfCI, shellVariable } from "../templates/shell-variable.ts";
import { referencedTargets } from "../templates/template.ts";
import type { Problem } from "../core/errors.ts";
import type { Config, Target } from "./config.ts";
import { isWritten } from "./texts.ts";

type Rule = (target: Target, known: Known) => Problem[];

/** What the rules look things up in. */
interface Known {
  targets: ReadonlySet<string>;
  /** What a name that is no target's was meant to be. */
  hint: (name: string) => string;
  allow: ReadonlySet<string>;
}

const rules: readonly Rule[] = [hasRepository, needsExist, contextsAreLocal, noBuildkitSyntax];

/**
 * What the schema cannot check: one named rule each, all of them over all targets. Of a text that still has a template in it
 * only that can be said which does not depend on what it comes to.
 */
export function configRules(config: Config, isFinal = isWritten): Problem[] {
  const names = config.targets.map(({ name }) => name);
  const known: Known = { ...knownTargets(names), allow: new Set(config.allow) };
  return [
    ...config.targets.flatMap((target) => rules.flatMap((rule) => rule(target, known))),
    ...registryIsOne(config, isFinal),
    ...cacheIsRepository(config),
    ...registriesAreHosts(config, isFinal),
  ];
}

function registryIsOne({ registry }: Config, isFinal: (text: string) => boolean): Problem[] {
  const problem = registry === null || !isFinal(registry) ? null : registryFault(registry);
  return problem === null ? [] : [{ path: "registry", ...problem }];
}

function cacheIsRepository({ cache, registry }: Config): Problem[] {
  const problem = cache === null ? null : repositoryFault(withRegistry(cache, registry));
  if (cache === null || problem === null || (registry !== null && registryFault(registry) !== null)) return [];
  const meant = meantRepository(cache);
  const hint = meant === null ? "write a repository, without a tag" : `write ${meant}`;
  return [{ path: "cache", ...(fixedVariable(cache) ?? { message: problem, got: cache, hint }) }];
}

/** Why no repository can be in the registry of those that name none; null if they can. */
export function registryFault(registry: string): Omit<Problem, "path"> | null {
  const fault = repositoryFault(`${registry}/x`);
  if (fault === null) return null;
  const meant = meantRepository(`${registry}/x`)?.replace(/\/x$/, "");
  const hint = meant === undefined ? "write host or host:port, without https://" : `write ${meant}`;
  return shellVariable(registry) ?? { message: "is not a registry", got: registry, hint };
}

/** What is allowed but probably not meant: a variable that no shell fills in. */
export function configDoubts({ targets }: Config): Problem[] {
  return targets.flatMap((target) => {
    const at = `targets.${target.name}`;
    return [
      ...inTexts(target.labels, `${at}.labels`, shellVariable),
      ...inTexts(target.annotations, `${at}.annotations`, shellVariable),
      // An argument may well have a "$" in it that is the build's.
      ...inTexts(target.args, `${at}.args`, (text) => shellVariable(text, isOfCI)),
      ...inTexts({ dockerfile: target.dockerfile, context: target.context }, at, shellVariable),
      ...inTexts(Object.fromEntries(target.cacheFrom.entries()), `${at}.cacheFrom`, fixedVariable),
      ...inTexts(Object.fromEntries(target.cacheTo.entries()), `${at}.cacheTo`, fixedVariable),
    ];
  });
}

function inTexts(
  texts: Readonly<Record<string, string>>,
  path: string,
  faultOf: (text: string) => Omit<Problem, "path"> | null,
): Problem[] {
  return Object.entries(texts).flatMap(([key, text]) => {
    const fault = faultOf(text);
    return fault === null ? [] : [{ path: `${path}.${key}`, ...fault }];
  });
}

function hasRepository(target: Target): Problem[] {
  return target.repositories.length > 0 || target.builds !== null || target.push !== true
    ? []
    : [{ path: `targets.${target.name}.push`, message: "is true, but there is no repo to publish to" }];
}

function knownTargets(names: readonly string[]): Pick<Known, "targets" | "hint"> {
  const find = finder(names);
  const hint = (name: string) => {
    const near = find(name);
    return near === null ? `the targets are ${names.slice(0, 10).join(", ")}` : `did you mean "${near}"?`;
  };
  return { targets: new Set(names), hint };
}

function needsExist(target: Target, { targets, hint }: Known): Problem[] {
  const missing = (path: string, needed: string): Problem =>
    needed === target.name
      ? { path, message: "is the target itself", got: needed, hint: "no image is made from itself; leave it out" }
      : { path, message: "is not a target", got: needed, hint: hint(needed) };
  const unknown = (name: string) => name === target.name || !targets.has(name);
  const path = `targets.${target.name}`;
  return [
    ...target.needs.flatMap((name, at) => (unknown(name) ? [missing(`${path}.needs.${at}`, name)] : [])),
    ...Object.entries(target.args).flatMap(([arg, text]) =>
      referencedTargets(text).flatMap((name) => (unknown(name) ? [missing(`${path}.args.${arg}`, name)] : [])),
    ),
    ...Object.entries(target.contexts).flatMap(([context, from]) => {
      const name = from.startsWith("target:") ? from.slice("target:".length) : null;
      return name !== null && unknown(name) ? [missing(`${path}.contexts.${context}`, name)] : [];
    }),
  ];
}

const remote = /^(?:[a-z][a-z0-9+.-]*:\/\/|[\w.-]+@[\w.-]+:|github\.com\/)/i;
const remoteHint = 'a build context from the network runs code that nobody reviewed; add "remote-context" to allow';

/** Git and URL contexts have been ways to run commands on the builder (CVE-2019-13139, CVE-2026-33748). */
function contextsAreLocal(target: Target, { allow }: Known): Problem[] {
  if (allow.has("remote-context")) return [];
  const path = `targets.${target.name}`;
  const problem = (at: string, got: string): Problem => ({
    path: at,
    message: "is not a local path",
    got,
    hint: remoteHint,
  });
  return [
    ...(remote.test(target.context) ? [problem(`${path}.context`, target.context)] : []),
    ...(remote.test(target.dockerfile) ? [problem(`${path}.dockerfile`, target.dockerfile)] : []),
    ...Object.entries(target.contexts).flatMap(([name, from]) =>
      remote.test(from) && !from.startsWith("docker-image://") ? [problem(`${path}.contexts.${name}`, from)] : [],
    ),
  ];
}

/** Another frontend may do anything during the build (CVE-2026-33747). */
function noBuildkitSyntax(target: Target, { allow }: Known): Problem[] {
  if (!("BUILDKIT_SYNTAX" in target.args) || allow.has("buildkit-syntax")) return [];
  const hint =
    'it replaces the Dockerfile frontend; write "# syntax=" in the Dockerfile, or add "buildkit-syntax" to allow';
  return [{ path: `targets.${target.name}.args.BUILDKIT_SYNTAX`, message: "is refused", hint }];
}

function registriesAreHosts(config: Config, isFinal: (text: string) => boolean): Problem[] {
  return Object.entries(config.registries).flatMap(([name, access]) => {
    const path = `registries.${name}`;
    const problems: Problem[] = [];
    if (isFinal(name) && /[/\s]|^-/.test(name)) {
      problems.push({
        path,
        message: "is not a registry",
        got: name,
        hint: "write host or host:port, without https://",
      });
    }
    if ((access.username === undefined) !== (access.password === undefined)) {
      problems.push({ path, message: "needs both username and password, as names of environment variables" });
    }
    return problems;
  });
}
