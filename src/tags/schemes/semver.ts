import compare from "semver/functions/compare.js";
import parse from "semver/functions/parse.js";
import type { Scheme } from "./scheme.ts";

/** Semantic versions, strictly read, with an optional `v`. https://semver.org/ */
export const semver: Scheme = {
  title: "semantic version",
  expressions: ["raw", "version", "major", "minor", "patch", "prerelease"],
  whole: ["raw", "version", "prerelease"],
  parse: (text) => {
    const found = parse(text);
    if (found === null) return null;
    const { raw, version, major, minor, patch, prerelease } = found;
    return {
      fields: {
        raw,
        version,
        major: String(major),
        minor: String(minor),
        patch: String(patch),
        prerelease: prerelease.join("."),
      },
      stable: prerelease.length === 0,
    };
  },
  compare: (a, b) => compare(a.fields.version ?? "", b.fields.version ?? ""),
};
