import * as fc from "fast-check";

/** Any character of Unicode. (fast-check's own takes a second to be made.) */
export const anyCharacter = fc
  .integer({ min: 0, max: 0x10ffff })
  .filter((code) => code < 0xd800 || code > 0xdfff)
  .map((code) => String.fromCodePoint(code));
