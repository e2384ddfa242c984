import type { Scheme, Version } from "./scheme.ts";

const form = /^v?((\d+)\.(\d+)(?:\.(\d+(?:\.\d+)*))?)(?:-(.+))?$/;

/**
 * Calendar versions as Drone reads them into DRONE_CALVER_*: numbers separated by dots, the first a year (19 … 99, 2019
 * … 9998), padding kept, and a modifier. https://docs.drone.io/pipeline/environment/reference/drone-calver/
 */
export const calver: Scheme = {
  title: "calendar version",
  expressions: ["raw", "version", "short", "major", "minor", "micro", "modifier"],
  whole: ["raw", "version", "modifier"],
  parse: (text) => {
    const [, short = "", major = "", minor = "", micro = "", modifier = ""] = form.exec(text) ?? [];
    if (!isYear(Number(major))) return null;
    const version = modifier === "" ? short : `${short}-${modifier}`;
    return { fields: { raw: text, version, short, major, minor, micro, modifier }, stable: modifier === "" };
  },
  compare: (a, b) => {
    const [left, right] = [numbers(a), numbers(b)];
    const differences = left.map((number, at) => number - (right[at] ?? 0));
    return differences.find((difference) => difference !== 0) ?? left.length - right.length;
  },
};

function isYear(number: number): boolean {
  return (number > 18 && number < 100) || (number > 2018 && number < 9999);
}

function numbers({ fields }: Version): number[] {
  return (fields.short ?? "").split(".").map(Number);
}
