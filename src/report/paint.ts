import { Chalk } from "chalk";
import type { Host } from "../host/host.ts";

/** The few colours that we use; each takes text and returns it, coloured or as it is. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colours for a terminal and for CI logs, which show them too. `flag` is --color or --no-color. */
export function paintFor(host: Pick<Host, "env" | "stderr">, flag: boolean | undefined): Paint {
  return new Chalk({ level: wantsColour(host, flag) ? 1 : 0 });
}

/** https://no-color.org and https://force-color.org */
function wantsColour({ env, stderr }: Pick<Host, "env" | "stderr">, flag: boolean | undefined): boolean {
  if (flag !== undefined) return flag;
  if ((env.NO_COLOR ?? "") !== "") return false;
  if ((env.FORCE_COLOR ?? "") !== "") return env.FORCE_COLOR !== "0";
  return stderr.isTTY || (env.CI ?? "") !== "";
}
