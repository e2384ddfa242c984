import { nullSha } from "../../core/event.ts";
import { nothing, type RuleType, said } from "../rule.ts";

/** The commit: 7 digits of it, all, or as many as `format` says. */
export const sha: RuleType = {
  attributes: ["format"],
  priority: 100,
  prefix: () => "sha-",
  compile: (reader) => {
    const format = reader.text("format", "short");
    const length = format === "short" ? 7 : format === "long" ? Infinity : Number(format);
    if (!(length >= 4))
      reader.fault("format", { message: "must be short, long or a number of digits, 4 or more", got: format });
    return ({ event }) => {
      if (event.sha === nullSha) return nothing("the commit is not known");
      return { values: [said(event.sha.slice(0, length), { own: true })], reason: `the commit is ${event.sha}` };
    };
  },
};
