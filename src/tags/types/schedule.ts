import { nothing, type RuleType } from "../rule.ts";
import { giveRendered } from "./rendered.ts";

/** A tag for builds that the clock sets off. */
export const schedule: RuleType = {
  attributes: ["pattern"],
  priority: 1000,
  compile: (reader) => {
    const pattern = reader.template("pattern", "nightly");
    return (scope) =>
      scope.event.kind === "cron"
        ? giveRendered(pattern, scope, "cron set this build off")
        : nothing("cron did not set this build off");
  },
};
