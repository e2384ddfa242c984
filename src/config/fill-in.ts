import type { Problem } from "../core/errors.ts";
import { pushAll } from "../core/push-all.ts";
import { branchSlug, isBuildTagLike, isReserved, protectedSlug, tagSlug } from "../core/slug.ts";
import type { Origin } from "../templates/expressions.ts";
import { type Fault, parseTemplate, problemsAt } from "../templates/syntax.ts";
import { emptyFaults, renderParsed, type TemplateContext } from "../templates/template.ts";
import type { Config, Target } from "./config.ts";
import { configRules } from "./rules.ts";
import { isWritten, pathForm, platformForm, prefixForm, suffixForm, type TextForm } from "./texts.ts";

/**
 * Fills in the templates of all that has to be known before anything is planned: the targets' affixes, platforms and
 * paths, and the registries. What is said of such a text is said of what it comes to.
 */
export function filledIn(config: Config, context: TemplateContext): { config: Config; problems: Problem[] } {
  const problems: Problem[] = [];
  const filled = new Set<string>();
  const fill = (text: string, path: string, form: TextForm | null, target?: string): string => {
    if (isWritten(text)) return text;
    const { value, faults } = valueOf(text, { ...context, target }, form === prefixForm || form === suffixForm);
    const isFit = faults.length > 0 || form === null || form.pattern.test(value);
    pushAll(problems, problemsAt(path, isFit ? faults : [{ message: form.message, got: value }]));
    if (faults.length > 0 || !isFit) return "";
    filled.add(path);
    return value;
  };
  const targets = config.targets.map((target): Target => {
    const { name, prefix, suffix, buildTag, dockerfile, context: folder, platforms } = target;
    const at = `targets.${name}`;
    if ([prefix, suffix, buildTag.prefix, buildTag.suffix, dockerfile, folder, ...platforms].every(isWritten))
      return target;
    return {
      ...target,
      prefix: fill(prefix, `${at}.prefix`, prefixForm, name),
      suffix: fill(suffix, `${at}.suffix`, suffixForm, name),
      buildTag: {
        prefix: fill(buildTag.prefix, `${at}.buildTag.prefix`, prefixForm, name),
        suffix: fill(buildTag.suffix, `${at}.buildTag.suffix`, suffixForm, name),
      },
      dockerfile: fill(dockerfile, `${at}.dockerfile`, pathForm, name),
      context: fill(folder, `${at}.context`, pathForm, name),
      platformsVary: !platforms.every(isWritten),
      platforms: [...new Set(platforms.map((one, index) => fill(one, `${at}.platforms.${index}`, platformForm, name)))],
    };
  });
  const registries = new Map<string, Config["registries"][string]>();
  for (const [name, access] of Object.entries(config.registries)) {
    const path = `registries.${name}`;
    const registry = fill(name, path, null);
    if (filled.has(path)) filled.add(`registries.${registry}`);
    const hint = "write its user and password once";
    if (registries.has(registry) && registry !== "")
      problems.push({ path, message: "is a registry that is there already", got: registry, hint });
    registries.set(registry, access);
  }
  const made: Config = {
    ...config,
    targets,
    registry: config.registry === null ? null : fill(config.registry, "registry", null),
    registries: Object.fromEntries(registries),
  };
  // What is wrong with any other text has been said.
  const found = filled.size === 0 ? [] : configRules(made, () => true).filter(({ path }) => filled.has(path));
  return { config: made, problems: [...problems, ...found] };
}

/** So long a branch's name may be in an affix; a hash stands for the rest. */
const longestName = 32;

function valueOf(text: string, context: TemplateContext, asTag: boolean): { value: string; faults: Fault[] } {
  const template = parseTemplate(text);
  if (template.faults.length > 0) return { value: "", faults: [...template.faults] };
  const { value, faults, origin, shape } = renderParsed(template, context, asTag ? affixSlug : null);
  const empty = emptyFaults(template, context);
  const taken = asTag && origin === "branch" && isTaken(value) && !isTaken(shape);
  const message = "would read as a version, as latest, or as another build's tag, by the name of a branch";
  const hint = "put a word before it";
  return { value, faults: [...faults, ...empty, ...(taken ? [{ message, got: value, hint }] : [])] };
}

/** A name as a part of an affix, which must not make it read as a tag that the name's author may not give. */
function affixSlug(name: string, origin: Origin): string {
  const slug = origin === "branch" ? branchSlug(name, longestName) : tagSlug(name, longestName);
  return isBuildTagLike(`-${slug}`) ? protectedSlug(origin, `${origin}-${name}`, longestName) : slug;
}

/** Whether an affix reads as something that no branch may give: it stands beside a tag, and sometimes in its place. */
function isTaken(affix: string): boolean {
  const bare = affix.replace(/^[-_.]+/, "");
  return isReserved(bare) || isBuildTagLike(`-${bare}`);
}
