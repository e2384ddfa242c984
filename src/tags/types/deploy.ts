import { nameSlug } from "../../core/slug.ts";
import { nothing, type RuleType, said } from "../rule.ts";

/** The environment that a promotion or a rollback goes to. */
export const deploy: RuleType = {
  attributes: [],
  priority: 700,
  // What environments are usually called: which there are, CI says only when one is promoted to.
  names: () => ["production", "prod", "staging", "stage", "preprod", "live", "qa", "uat", "canary", "demo"],
  compile: () => {
    return ({ event: { kind, deployTo } }) => {
      if (kind !== "promote" && kind !== "rollback") return nothing("this is not a promotion or rollback");
      if (deployTo === null) return nothing(`the ${kind} names no environment`);
      const value = said(nameSlug(deployTo), { name: deployTo, origin: "branch", shape: "x" });
      return { values: [value], reason: `this is a ${kind} to ${deployTo}` };
    };
  },
};
