import type { FileFault } from "../host/host.ts";
import type { Config } from "../config/config.ts";
import type { TemplateContext } from "../templates/template.ts";
import type { Placed } from "./bind.ts";
import { renderAll } from "../templates/render.ts";
import { type TargetProblem, targetStages } from "./stages.ts";

/** Renders every target's arguments by its own template context and finds its stage. Targets that have none are left out, with a problem. */
export function placeTargets(
  config: Config,
  templates: ReadonlyMap<string, TemplateContext>,
  dockerfiles: ReadonlyMap<string, string | FileFault>,
): { placed: Placed[]; problems: TargetProblem[] } {
  const problems: TargetProblem[] = [];
  const args = new Map(
    config.targets.map(({ name, args: written }) => {
      const rendered = renderAll(written, `targets.${name}.args`, templates.get(name)!);
      problems.push(...rendered.problems.map((problem) => ({ targets: [name], problem })));
      return [name, rendered.values];
    }),
  );
  const located = targetStages(config.targets, args, dockerfiles);
  const placed = config.targets.flatMap((target): Placed[] => {
    const place = located.stages.get(target.name);
    return place === undefined ? [] : [{ target, args: args.get(target.name) ?? {}, place }];
  });
  return { placed, problems: [...problems, ...located.problems] };
}
