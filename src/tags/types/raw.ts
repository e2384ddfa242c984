import type { RuleType } from "../rule.ts";
import { giveRendered } from "./rendered.ts";

/** What the rule says. */
export const raw: RuleType = {
  attributes: ["value"],
  priority: 200,
  names: (reader) => [reader.text("value", "")],
  compile: (reader) => {
    if (!reader.has("value")) reader.fault("value", { message: "is missing" });
    const value = reader.template("value", "");
    return (scope) => giveRendered(value, scope, "the rule says so");
  },
};
