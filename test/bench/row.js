/**
 * One row of the speed table.
 *
 * @param {string} what
 * @param {number} limit of `measured`
 * @param {number} measured
 * @param {string} text the figures that it comes from
 */
export function row(what, limit, measured, text) {
  return { what, limit, measured, text };
}
