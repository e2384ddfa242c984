/**
 * An error as the protocol has it.
 * https://github.com/opencontainers/distribution-spec/blob/main/spec.md#error-codes
 *
 * @param {number} status
 * @param {string} code
 * @param {string} message
 * @returns {import("./answer.js").Answer}
 */
export function failure(status, code, message) {
  const body = JSON.stringify({ errors: [{ code, message }] });
  return { status, headers: { "content-type": "application/json" }, body };
}
