import { main } from "./main.ts";
import { systemHost } from "./system-host.ts";

process.exitCode = await main(systemHost(process));
