import { nothing, type RuleType } from "../rule.ts";
import { giveRendered } from "./rendered.ts";

/** A tag for builds that cron triggers. */
export const schedule: RuleType = {
  attributes: ["pattern"],
  priority: 1000,
  names: (reader) => [reader.text("pattern", "nightly")],
  compile: (reader) => {
    const pattern = reader.template("pattern", "nightly");
    return (scope) =>
      scope.event.kind === "cron"
        ? giveRendered(pattern, scope, "cron triggered this build")
        : nothing("cron did not trigger this build");
  },
};
