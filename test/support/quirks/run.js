import { parseArgs } from "node:util";
import { startProxy } from "./proxy.js";
import { quirks } from "./quirks.js";

// node test/support/quirks/run.js --registry localhost:5000 --port 5001 lag immutableEcr
const { values, positionals } = parseArgs({
  options: { registry: { type: "string", default: "localhost:5000" }, port: { type: "string", default: "0" } },
  allowPositionals: true,
});
const unknown = positionals.filter((name) => !Object.hasOwn(quirks, name));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(", ")}; there are ${Object.keys(quirks).join(", ")}\n`);
  process.exitCode = 2;
} else {
  const proxy = await startProxy(values.registry, Number(values.port));
  proxy.use(...positionals.flatMap((name) => quirks[name] ?? []));
  process.stdout.write(`${proxy.host}\n`);
}
