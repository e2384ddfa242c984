import type { TagInputs } from "../../src/tags/rule.ts";

/** For tests whose patterns are known to end. */
export const unlimited: TagInputs["limited"] = (work) => ({ value: work() });
