import { cleanLine } from "../core/printable.ts";
import type { Host } from "../host/host.ts";
import type { Warning } from "../plan/plan.ts";
import { type Paint, paintFor } from "./paint.ts";

/** Where a command puts its result, and how. */
export interface Console {
  paint: Paint;
  json: boolean;
  /** Warnings, on stderr; without colour, as not every command has an option for that. */
  warn(warnings: readonly Warning[]): void;
  /** The result, on stdout: `text`, or the object with --json. */
  result(text: string, object: object): void;
}

/** Reads the options that say how to print. */
export function consoleFor(host: Host, { json: asJson, color }: { json?: boolean; color?: boolean }): Console {
  const json = asJson === true;
  return {
    paint: paintFor(host, color),
    json,
    warn: (warnings) => {
      for (const { message } of warnings) host.stderr.write(`warning ${cleanLine(message)}\n`);
    },
    result: (text, object) => (json ? host.print(`${host.json(object)}\n`) : host.stdout.write(text)),
  };
}
