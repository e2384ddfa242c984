import { pushAll } from "../core/push-all.ts";
import { renderTemplate, type TemplateContext } from "./template.ts";
import type { NamedText } from "../core/text.ts";
import type { Problem } from "../core/errors.ts";

/** Fills in the templates of a map's values; `path` is where the map stands in the config. */
export function renderAll(
  texts: Readonly<Record<string, string>>,
  path: string,
  context: TemplateContext,
): { values: Record<string, string>; named: Record<string, NamedText>; problems: Problem[] } {
  const problems: Problem[] = [];
  const rendered = Object.entries(texts).map(([name, text]) => {
    const one = renderTemplate(text, context, `${path}.${name}`);
    pushAll(problems, one.problems);
    return [name, one] as const;
  });
  return {
    values: Object.fromEntries(rendered.map(([name, { value }]) => [name, value])),
    named: Object.fromEntries(rendered.map(([name, { named }]) => [name, named])),
    problems,
  };
}
