import { main } from "./cli/main.ts";
import { exitCodeOf } from "./core/errors.ts";
import { interruption } from "./host/interruption.ts";
import { systemHost } from "./host/system-host.ts";

const asked = interruption(process);
void asked.again.then((name) => process.exit(exitCodeOf(name)));
process.exitCode = await main(systemHost(process, asked));
