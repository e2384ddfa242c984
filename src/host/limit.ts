import { type Context, createContext, Script } from "node:vm";

const script = new Script("work()");
let context: Context | undefined;

/**
 * Runs `work`, and gives up on it after so many milliseconds; null then. It is the only way to end a regular expression
 * that has begun: the engine looks for such a limit even while it matches.
 * https://nodejs.org/api/vm.html#scriptrunincontextcontextifiedobject-options
 */
export function limited<T>(milliseconds: number, work: () => T): { value: T } | null {
  context ??= createContext({});
  context.work = work;
  try {
    return { value: script.runInContext(context, { timeout: milliseconds }) as T };
  } catch (error) {
    if ((error as { code?: string }).code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
    throw error;
  } finally {
    context.work = undefined;
  }
}
