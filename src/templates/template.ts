import type { Problem } from "../core/errors.ts";
import { nameSlug } from "../core/slug.ts";
import { didYouMean } from "../core/suggest.ts";
import { type NamedText, namedText } from "../core/text.ts";
import { changed } from "./changes.ts";
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

/** What a branch's or git tag's name goes in as. */
export type Slug = (name: string, origin: Origin) => string;

/** As a plain part of a tag. */
export const plainSlug: Slug = (name) => nameSlug(name);

/** Renders a template that was parsed before. For a tag names of branches and git tags go in as slugs. */
export function renderParsed(template: Template, context: TemplateContext, slug: Slug | null = null): RenderedParts {
  const rendered: RenderedParts = { value: "", named: "", faults: [], origin: null, shape: "" };
  const named: (string | { variable: string })[] = [];
  for (const part of template.parts) {
    const written = typeof part === "string" ? part : valueOf(part, context, rendered.faults);
    const origin = typeof part === "string" || written === "" ? null : originOf(part, context);
    named.push(typeof part !== "string" && isSecret(part, context) ? { variable: part.name.slice(4) } : written);
    rendered.value += slug !== null && origin !== null ? slug(written, origin) : written;
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
  const { changes, written } = expression;
  if (changes.length > 0 && isSecret(expression, context)) {
    const message = `${expression.name.slice("env.".length)} is a secret, and a changed one would not be known as one`;
    faults.push({ message, got: written, hint: "use it as it is" });
  }
  return changed(unchanged(expression, context, faults), changes);
}

function unchanged(expression: Expression, context: TemplateContext, faults: Fault[]): string {
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

/** A fault for each expression that has no value in this build, as a text that has to tell things apart must not lose one. */
export function emptyFaults(template: Template, context: TemplateContext): Fault[] {
  return template.parts.flatMap((part) => {
    if (typeof part === "string" || valueOf(part, context, []) !== "") return [];
    const { name, written } = part;
    if (name.startsWith("env.")) {
      const variable = name.slice("env.".length);
      // That it is not listed is said already.
      if (!Object.hasOwn(context.env, variable)) return [];
      const message = `the environment variable ${variable} is empty or not set`;
      return [{ message, got: written, hint: `set ${variable} where this runs, as in the step's environment` }];
    }
    const only = meaningOf(name)?.only;
    const hint = `${only === undefined ? "" : `${only}; `}write what every build has, as {{event}}, or a text without it`;
    return [{ message: `${name} is empty in this build`, got: written, hint }];
  });
}

function targetsOf(template: Template): string[] {
  const names = template.parts.flatMap((part) =>
    typeof part !== "string" && part.name.startsWith("ref.") ? [part.name.slice(4)] : [],
  );
  return [...new Set(names)];
}
