import type { Problem } from "../core/errors.ts";
import { nameSlug } from "../core/slug.ts";
import { didYouMean } from "../core/suggest.ts";
import { type NamedText, namedText } from "../core/text.ts";
import { type ExpressionSource, meaningOf, type Origin } from "./expressions.ts";
import { type Expression, type Fault, parseTemplate, problemsAt, type Template } from "./syntax.ts";

/** Values of variables; a secret is marked as one. */
export type ListedEnvironment = Readonly<Record<string, string | { secret: string } | undefined>>;

/** What `{{…}}` may stand for. */
export interface TemplateContext extends ExpressionSource {
  /** The environment variables that the config lists, and no others. */
  env: ListedEnvironment;
  /** Secrets may be in it: the text then goes by {@link Rendered.named}. */
  secretsByName?: boolean;
  /** References by target, for `{{ref.<target>}}`. */
  references?: Readonly<Record<string, string>> | undefined;
  /** Expressions of this one place, which win over the common ones. */
  own?: Readonly<Record<string, string>> | undefined;
}

/** A rendered template. */
export interface Rendered {
  value: string;
  /** The value with secrets by the names of their variables. */
  named: NamedText;
  problems: Problem[];
  /** The targets that it names by `{{ref.<target>}}`. */
  uses: string[];
}

/**
 * Replaces each `{{…}}` of `text`. Values go in as they are: nothing is escaped. `path` is where the text is written.
 */
export function renderTemplate(text: string, context: TemplateContext, path: string): Rendered {
  const template = parseTemplate(text, Object.keys(context.own ?? {}));
  const broken = template.faults.length > 0;
  const { value, named, faults } = broken
    ? { value: text, named: text, faults: template.faults }
    : renderParsed(template, context);
  return { value, named, problems: problemsAt(path, faults), uses: targetsOf(template) };
}

/** The targets that `text` names by `{{ref.<target>}}`, each once. */
export function referencedTargets(text: string): string[] {
  return targetsOf(parseTemplate(text));
}

/** A rendered text, and what a tag needs to know about it. */
export interface RenderedParts {
  value: string;
  named: NamedText;
  faults: Fault[];
  /** Whose name is in it: a branch's, else a git tag's, else nobody's. */
  origin: Origin | null;
  /** The text with `x` for every name of a branch. */
  shape: string;
}

/** So long a text may become. Linux gives a process no argument or variable of more than 128 KiB. */
const longest = 100_000;

/** Renders a template that was parsed before. `forTag`: names of branches and git tags go in as slugs. */
export function renderParsed(template: Template, context: TemplateContext, forTag = false): RenderedParts {
  const rendered: RenderedParts = { value: "", named: "", faults: [], origin: null, shape: "" };
  const named: (string | { variable: string })[] = [];
  for (const part of template.parts) {
    const written = typeof part === "string" ? part : valueOf(part, context, rendered.faults);
    const origin = typeof part === "string" || written === "" ? null : originOf(part, context);
    named.push(typeof part !== "string" && isSecret(part, context) ? { variable: part.name.slice(4) } : written);
    rendered.value += forTag && origin !== null ? nameSlug(written) : written;
    rendered.shape += origin === "branch" ? "x" : written;
    if (origin !== null && rendered.origin !== "branch") rendered.origin = origin;
    if (rendered.value.length > longest) {
      const fault = { message: `comes to more than ${longest} characters`, got: rendered.value };
      return { ...rendered, value: "", shape: "", faults: [fault] };
    }
  }
  return { ...rendered, named: namedText(named) };
}

function originOf({ name }: Expression, { own }: TemplateContext): Origin | null {
  return own !== undefined && Object.hasOwn(own, name) ? null : (meaningOf(name)?.origin ?? null);
}

function valueOf(expression: Expression, context: TemplateContext, faults: Fault[]): string {
  const { name } = expression;
  if (context.own !== undefined && Object.hasOwn(context.own, name)) return context.own[name] ?? "";
  if (name.startsWith("env.")) return environment(name.slice(4), context, faults);
  if (name.startsWith("ref.")) return reference(name.slice(4), context, faults);
  // A name without a meaning was reported when the template was parsed.
  return meaningOf(name)?.value(context, expression) ?? "";
}

function isSecret({ name }: Expression, { env }: TemplateContext): boolean {
  const variable = name.slice("env.".length);
  return name.startsWith("env.") && Object.hasOwn(env, variable) && typeof env[variable] === "object";
}

function environment(name: string, { env, secretsByName }: TemplateContext, faults: Fault[]): string {
  if (!Object.hasOwn(env, name)) {
    faults.push({
      message: `${name} is not listed`,
      got: `{{env.${name}}}`,
      hint: `add ${name} to env: in the config`,
    });
  }
  const value = Object.hasOwn(env, name) ? (env[name] ?? "") : "";
  if (typeof value === "string") return value;
  if (secretsByName !== true) {
    faults.push({
      message: `${name} is a secret, and this is published`,
      got: `{{env.${name}}}`,
      hint: "write secrets: and RUN --mount=type=secret; if it is none, give the variable another name",
    });
  }
  return value.secret;
}

function reference(target: string, { references }: TemplateContext, faults: Fault[]): string {
  const found = references !== undefined && Object.hasOwn(references, target) ? references[target] : undefined;
  if (found !== undefined) return found;
  const got = `{{ref.${target}}}`;
  faults.push(
    references === undefined
      ? { message: "a reference is not allowed here", got }
      : { message: "there is no such target", got, hint: didYouMean(target, Object.keys(references)) },
  );
  return "";
}

function targetsOf(template: Template): string[] {
  const names = template.parts.flatMap((part) =>
    typeof part !== "string" && part.name.startsWith("ref.") ? [part.name.slice(4)] : [],
  );
  return [...new Set(names)];
}
