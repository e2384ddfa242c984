import { main } from "./cli/main.ts";
import { systemHost } from "./host/system-host.ts";

process.exitCode = await main(systemHost(process));
