import type { FileFault } from "../host/host.ts";
import { pushAll } from "../core/push-all.ts";
import type { Config } from "../config/config.ts";
import type { TemplateContext } from "../templates/template.ts";
import { type NamedText, namedText } from "../core/text.ts";
import type { Secrets } from "../secrets/secrets.ts";
import type { Placed } from "./bind.ts";
import { renderAll } from "../templates/render.ts";
import { type TargetProblem, targetStages } from "./stages.ts";

/** What targets are placed in. */
export interface PlaceSources {
  dockerfiles: ReadonlyMap<string, string | FileFault>;
  secrets: Pick<Secrets, "byName">;
  /** What images are built for where a target does not say it. */
  platform: string;
}

/** Renders every target's arguments by its own template context and finds its stage. Targets that have none are left out, with a problem. */
export function placeTargets(
  config: Config,
  templates: ReadonlyMap<string, TemplateContext>,
  { dockerfiles, secrets, platform }: PlaceSources,
): { placed: Placed[]; problems: TargetProblem[] } {
  const problems: TargetProblem[] = [];
  const args = new Map(
    config.targets.map(({ name, args: written }) => {
      const rendered = renderAll(written, `targets.${name}.args`, { ...templates.get(name)!, secretsByName: true });
      pushAll(
        problems,
        rendered.problems.map((problem) => ({ targets: [name], problem })),
      );
      const texts = Object.entries(rendered.named).map(([arg, text]) => [arg, named(text, secrets)] as const);
      return [name, { values: rendered.values, named: Object.fromEntries(texts) }];
    }),
  );
  const values = new Map([...args].map(([name, rendered]) => [name, rendered.values]));
  const located = targetStages(config.targets, values, dockerfiles, platform);
  const placed = config.targets.flatMap((target): Placed[] => {
    const place = located.stages.get(target.name);
    return place === undefined
      ? []
      : [{ target, args: args.get(target.name)!.values, namedArgs: args.get(target.name)!.named, place }];
  });
  return { placed, problems: [...problems, ...located.problems] };
}

/** A secret that the config itself spells out goes by its variable's name, too. */
function named(text: NamedText, { byName }: Pick<Secrets, "byName">): NamedText {
  const pieces = typeof text === "string" ? [text] : text;
  return namedText(pieces.flatMap((piece) => (typeof piece === "string" ? byName(piece) : [piece])));
}
