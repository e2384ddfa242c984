import { compare, explain, major, minor, patch, valid } from "@renovatebot/pep440";
import type { Scheme } from "./scheme.ts";

/** Python's versions. https://peps.python.org/pep-0440/ */
export const pep440: Scheme = {
  title: "PEP 440 version",
  expressions: ["raw", "version", "major", "minor", "patch"],
  whole: ["raw", "version"],
  parse: (text) => {
    const found = valid(text) === null ? null : explain(text);
    if (found === null) return null;
    return {
      fields: {
        raw: text,
        version: found.local === null ? found.public : `${found.public}+${found.local}`,
        major: String(major(text)),
        minor: String(minor(text)),
        patch: String(patch(text)),
      },
      stable: !found.is_prerelease && !found.is_postrelease && !found.is_devrelease,
    };
  },
  compare: (a, b) => compare(a.fields.version ?? "", b.fields.version ?? ""),
};
