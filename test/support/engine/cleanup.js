/**
 * What has been made and must go again, the last made first.
 *
 * @typedef {object} Cleanup
 * @property {(what: string, undo: () => Promise<unknown>) => void} add `what` is named when it is gone.
 * @property {(what: string) => void} stays Notes what will not go.
 * @property {() => Promise<string>} run Undoes all. Says what is gone, what stays, and what could not be undone and why.
 * @property {() => boolean} failed Whether something could not be undone.
 *
 * @typedef {object} Tools
 * @property {string} temporary A folder that goes at the end.
 * @property {Cleanup} cleanup
 * @property {(text: string) => void} say
 */

/** @returns {Cleanup} */
export function createCleanup() {
  /** @type {{ what: string, undo: () => Promise<unknown> }[]} */
  const steps = [];
  /** @type {string[]} */
  const staying = [];
  /** @type {string[]} */
  const faults = [];
  return {
    add: (what, undo) => void steps.unshift({ what, undo }),
    stays: (what) => void staying.push(what),
    failed: () => faults.length > 0,
    run: async () => {
      const gone = [];
      for (const { what, undo } of steps.splice(0)) {
        try {
          await undo();
          gone.push(what);
        } catch (error) {
          faults.push(`${what}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      return [
        ...(gone.length > 0 ? [`Removed: ${gone.join(", ")}.`] : []),
        ...(staying.length > 0 ? [`Stays: ${staying.join(", ")}.`] : []),
        ...(faults.length > 0 ? [`Could not be removed: ${faults.join("; ")}`] : []),
      ]
        .map((line) => `${line}\n`)
        .join("");
    },
  };
}
