import type { Dockerfile, Warning } from "./dockerfile.ts";
import { type Budget, expandWord } from "./expand.ts";

/** What a FROM can refer to. */
export interface GlobalArgs {
  values: Map<string, string>;
  warnings: Warning[];
}

/**
 * The ARGs that FROM lines see: the predefined ones, which `given` may set, then those before the first FROM in order,
 * each of which `given` overrides and each of whose defaults may refer to those above it.
 */
export function globalArgs(file: Dockerfile, given: Readonly<Record<string, string>>, budget: Budget): GlobalArgs {
  const values = new Map<string, string>();
  const warnings: Warning[] = [];
  const override = (name: string) => (Object.hasOwn(given, name) ? given[name] : undefined);
  for (const [name, value] of Object.entries(predefined(file))) values.set(name, override(name) ?? value);
  for (const { name, value, line } of file.globalArgs) {
    const set = override(name);
    if (set !== undefined) values.set(name, set);
    if (set !== undefined || value === null) continue;
    const expanded = expandWord(value, file.escape, (other) => values.get(other), budget);
    if (expanded.fault !== null) warnings.push({ line, message: `ARG ${name}=${value}: ${expanded.fault}` });
    values.set(name, expanded.value);
  }
  return { values, warnings };
}

/**
 * The ARGs that BuildKit sets itself, here as for a build on linux/amd64 of the last stage.
 * https://docs.docker.com/reference/dockerfile/#automatic-platform-args-in-the-global-scope
 */
function predefined(file: Dockerfile): Record<string, string> {
  const set = { PLATFORM: "linux/amd64", OS: "linux", OSVERSION: "", ARCH: "amd64", VARIANT: "" };
  const both = Object.entries(set).flatMap(([name, value]) => [
    [`BUILD${name}`, value],
    [`TARGET${name}`, value],
  ]);
  return { ...Object.fromEntries(both), TARGETSTAGE: file.stages.at(-1)?.name ?? "default" };
}
