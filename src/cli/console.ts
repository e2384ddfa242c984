import type { Flags } from "./program.ts";
import type { Host } from "../host/host.ts";
import { type Paint, paintFor } from "../report/paint.ts";

/** Where a command puts its result, and how. */
export interface Console {
  paint: Paint;
  json: boolean;
  /** The result, on stdout: `text`, or the object with --json. */
  result(text: string, object: object): void;
}

/** Reads the flags that say how to print. */
export function consoleFor(host: Host, flags: Flags): Console {
  const json = flags.json === true;
  return {
    paint: paintFor(host, flags.color),
    json,
    result: (text, object) => (json ? host.print(`${host.json(object)}\n`) : host.stdout.write(text)),
  };
}
