import { nothing, type RuleType, said } from "../rule.ts";

/** `edge`, on one branch. */
export const edge: RuleType = {
  attributes: ["branch"],
  priority: 700,
  names: () => ["edge"],
  compile: (reader) => {
    const written = reader.text("branch", "");
    return ({ event }) => {
      const branch = written === "" ? event.defaultBranch : written;
      if (branch === null) return nothing("the default branch is not known");
      if (event.branch !== branch) return nothing(`this is not a build of branch ${branch}`);
      return { values: [said("edge")], reason: `the branch is ${branch}` };
    };
  },
};
