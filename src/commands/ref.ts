import type { Flags } from "../cli/program.ts";
import { ExitCode, throwProblems } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { targetImages } from "../plan/images.ts";
import { selectTargets } from "../plan/select.ts";
import { consoleFor } from "../cli/console.ts";
import { loadProject } from "./project.ts";

/** `ref`: the build-tag reference of a target, for `docker run $(multistage-build ref app1)`. */
export async function ref(host: Host, name: string, flags: Flags): Promise<number> {
  const { config, problems, event, tags } = await loadProject(host, flags);
  const named = targetImages(config, config.targets, { event, now: tags.now, env: tags.env });
  throwProblems([...problems, ...selectTargets(config.targets, [name]).problems, ...named.problems]);
  const reference = named.images.get(name)!.image;
  consoleFor(host, flags).result(`${reference}\n`, { target: name, reference });
  return ExitCode.done;
}
