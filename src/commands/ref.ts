import type { RefOptions } from "./options.ts";
import { ExitCode, throwProblems } from "../core/errors.ts";
import { formatReference } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { targetImages } from "../plan/images.ts";
import { secretProblems } from "../plan/published-secrets.ts";
import { selectTargets } from "../plan/select.ts";
import { consoleFor } from "../report/console.ts";
import { loadProject } from "./project.ts";

/** `ref`: the build-tag reference of a target, for `docker run $(multistage-build ref app1)`. */
export async function ref(host: Host, name: string, options: RefOptions): Promise<number> {
  const { config, check, event, tags, warnings, secrets } = await loadProject(host, options);
  const named = targetImages(config, config.targets, { event, now: tags.now, env: tags.env });
  check([...selectTargets(config.targets, [name]).problems, ...named.problems]);
  const reference = formatReference(named.images.get(name)!.image);
  throwProblems(secretProblems([[`targets.${name}`, reference]], secrets));
  const out = consoleFor(host, options);
  out.warn(warnings);
  out.result(`${reference}\n`, { target: name, reference });
  return ExitCode.done;
}
