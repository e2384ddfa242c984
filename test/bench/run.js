import { machine, startRows } from "./start.js";

/** Prints the speed table as Markdown; exits with 1 if a row is over its limit. */
const rows = [...startRows()];
console.log(`Measured on ${machine()}.\n`);
console.log("| what | must be | is | measured |");
console.log("|---|---|---|---|");
for (const { what, limit, measured, text } of rows) {
  console.log(`| ${what} | ≤ ${limit} | ${measured.toFixed(2)}${measured > limit ? " **over**" : ""} | ${text} |`);
}
process.exitCode = rows.some(({ limit, measured }) => measured > limit) ? 1 : 0;
