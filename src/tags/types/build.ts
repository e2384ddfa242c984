import { nothing, type RuleType, said } from "../rule.ts";

/** The number that CI gave the build. */
export const build: RuleType = {
  attributes: [],
  priority: 150,
  prefix: () => "build-",
  compile: () => {
    return ({ event: { buildNumber } }) => {
      if (buildNumber === null) return nothing("this build has no number");
      return { values: [said(String(buildNumber), { own: true })], reason: `this is build ${buildNumber}` };
    };
  },
};
