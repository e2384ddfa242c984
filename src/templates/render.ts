import { renderTemplate, type TemplateContext } from "./template.ts";
import type { Problem } from "../core/errors.ts";

/** Fills in the templates of a map's values; `path` is where the map stands in the config. */
export function renderAll(
  texts: Readonly<Record<string, string>>,
  path: string,
  context: TemplateContext,
): { values: Record<string, string>; problems: Problem[] } {
  const problems: Problem[] = [];
  const values = Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const rendered = renderTemplate(text, context, `${path}.${name}`);
      problems.push(...rendered.problems);
      return [name, rendered.value];
    }),
  );
  return { values, problems };
}
