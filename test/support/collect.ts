import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { afterAll, beforeAll } from "vitest";

/**
 * Has memory tidied up all the time while the tests of a group run: a time limit that hangs on something weakly held, such
 * as a signal made of others, is lost by that. https://github.com/nodejs/node/issues/57736
 */
export function collectAllTheTime(): void {
  let tidying: NodeJS.Timeout;
  beforeAll(() => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    tidying = setInterval(collect, 10);
  });
  afterAll(() => clearInterval(tidying));
}
