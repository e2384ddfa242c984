import { dockerRows } from "./docker.js";
import { machine, startRows } from "./start.js";
import { tagRows } from "./tags.js";
import { unchangedRows } from "./unchanged.js";

/** Prints the speed table as Markdown; exits with 1 if a row is over its limit. */
const docker = await dockerRows();
const rows = [...startRows(), ...(await tagRows()), ...(await unchangedRows()), ...(docker ?? [])];
console.log(`Measured on ${machine()}.\n`);
console.log("| what | must be | is | measured |");
console.log("|---|---|---|---|");
for (const { what, limit, measured, text } of rows) {
  console.log(`| ${what} | ≤ ${limit} | ${measured.toFixed(2)}${measured > limit ? " **over**" : ""} | ${text} |`);
}
if (docker === null) console.log("\nNo docker with buildx answers here: the rows that need one are left out.");
process.exitCode = rows.some(({ limit, measured }) => measured > limit) ? 1 : 0;
