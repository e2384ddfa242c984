#!/usr/bin/env node
// Written so that a Node which is too old can read it: the program itself, which it cannot read, is imported only after this.
// The same as `engines` in package.json.
const oldest = [20, 12];

const [major, minor] = process.versions.node.split(".").map(Number);
if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) void import("../dist/cli.js");
else {
  const message = `needs Node ${oldest.join(".")} or later (got "${process.versions.node}")`;
  const hint = "use a newer Node, as in the image node:22-alpine";
  if (process.argv.includes("--json")) {
    const problems = [{ path: "node", message, hint }];
    const error = { code: "input", message: `node: ${message}`, hint: null, problems };
    process.stdout.write(`${JSON.stringify({ error }, null, 2)}\n`);
  }
  process.stderr.write(`error node: ${message}\n    ${hint}\n`);
  process.exitCode = 2;
}
