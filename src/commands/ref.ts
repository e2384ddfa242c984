import type { RefOptions } from "./options.ts";
import { ExitCode, type Problem, throwProblems } from "../core/errors.ts";
import { describePromoted, isFoundLate, type PromotedBuild } from "../core/promoted-build.ts";
import { formatReference } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import { targetImages } from "../plan/images.ts";
import { asPart } from "../plan/parts.ts";
import { secretProblems } from "../plan/published-secrets.ts";
import { selectTargets } from "../plan/select.ts";
import { templateContext } from "../tags/rule.ts";
import { consoleFor } from "../report/console.ts";
import { promotion } from "./promotion.ts";
import { loadProject } from "./project.ts";

/** `ref`: the build-tag reference of a target, for `docker run $(multistage-build ref app1)`. */
export async function ref(host: Host, name: string, options: RefOptions): Promise<number> {
  const project = await loadProject(host, options);
  const { config, check, event, tags, warnings, secrets } = project;
  const { from } = promotion(project, { command: "ref", targets: [name], options });
  const { platform } = options;
  const isPart = platform !== undefined && from === null;
  const asked = isPart ? asPart(config, { platform }, (one) => one === name) : { config, problems: [] };
  const named = targetImages(asked.config, asked.config.targets, templateContext({ ...tags, event }), from);
  check([
    ...selectTargets(config.targets, [name]).problems,
    ...asked.problems,
    ...named.problems,
    ...unknownBuild(from),
  ]);
  const reference = formatReference(named.images.get(name)!.image);
  throwProblems(secretProblems([[`targets.${name}`, reference]], secrets));
  const out = consoleFor(host, options);
  out.warn(warnings);
  out.result(`${reference}\n`, { target: name, reference });
  return ExitCode.done;
}

/** A build tag that nobody has published would only be found missing where it is used. */
function unknownBuild(from: PromotedBuild | null): Problem[] {
  if (from === null || !isFoundLate(from)) return [];
  const hint = "CI names no build that it is of: use the moving tag, or --no-promote if you build anew";
  return [{ path: "ref", message: `only the registry tells which is ${describePromoted(from)}`, hint }];
}
