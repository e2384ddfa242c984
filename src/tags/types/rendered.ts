import { plainSlug, renderParsed } from "../../templates/template.ts";
import type { Template } from "../../templates/syntax.ts";
import { type Gift, nothing, type RuleScope } from "../rule.ts";

/** The tag that a template gives; nothing where it comes out empty. */
export function giveRendered(template: Template, { context }: RuleScope, reason: string): Gift {
  const { value: text, origin, shape, faults } = renderParsed(template, context, plainSlug);
  if (faults.length > 0) return { values: [], reason: "it cannot be rendered", faults };
  if (text === "") return nothing("it is empty in this build");
  return { values: [{ text, origin, shape, latest: false }], reason };
}
