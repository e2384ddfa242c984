import { pushAll } from "../core/push-all.ts";
import type { Instruction } from "../dockerfile/dockerfile.ts";
import type { Placed } from "./bind.ts";
import type { PlannedTarget, Warning } from "./plan.ts";

/**
 * Apps that only copy files onto their base: with `COPY --link` a builder that keeps its images to itself needs the base's
 * layers for none of it, so that they neither come down nor go up. Said only where nothing else needs them, and where the
 * flag changes nothing. https://docs.docker.com/reference/dockerfile/#copy---link
 */
export function linkable(targets: readonly PlannedTarget[], places: readonly Placed[]): Warning[] {
  const byName = new Map(places.map((one) => [one.target.name, one]));
  const names = targets.flatMap(({ name, push, base, bind }) => {
    const isBound = base !== null && bind.some(({ target }) => target === base);
    const placed = byName.get(name);
    return push && isBound && placed !== undefined && onlyCopies(placed, base, bind) ? [name] : [];
  });
  if (names.length === 0) return [];
  const [first, ...others] = names;
  const who =
    others.length === 0 ? `${first}: all that it does` : `${first} and ${others.length} more: all that they do`;
  const message =
    `${who} with the files of the base is COPY; COPY --link would spare the builder to fetch the base's layers, ` +
    `if nothing is copied to where the base has a symbolic link`;
  return [{ code: "copy-link", message }];
}

/** What changes no file. */
const settings = new Set(
  "ARG CMD ENTRYPOINT ENV EXPOSE HEALTHCHECK LABEL MAINTAINER SHELL STOPSIGNAL USER VOLUME".split(" "),
);

/** Whether the stages from the target's own down to its base only copy, and not all of it with `--link` already. */
function onlyCopies({ place }: Placed, base: string | null, bind: PlannedTarget["bind"]): boolean {
  const ends = new Set(bind.flatMap(({ stage, target }) => (target === base ? [stage] : [])));
  const files: Instruction[] = [];
  let stage = place.stage;
  while (!ends.has(stage.label)) {
    pushAll(
      files,
      stage.instructions.filter(({ keyword }) => !settings.has(keyword)),
    );
    const below = stage.base.kind === "stage" ? place.graph.stages[stage.base.index] : undefined;
    if (below === undefined) return false;
    stage = below;
  }
  return files.every(canLink) && files.some((one) => !isLinked(one));
}

function isLinked({ flags }: Instruction): boolean {
  return flags.some(({ name, value }) => name === "link" && value !== "false");
}

/** A name of an owner is looked up in the base's files, and whether a path is a folder is as well, unless it ends in a slash. */
function canLink({ keyword, flags, operands }: Instruction): boolean {
  const owner = flags.find(({ name }) => name === "chown")?.value ?? "0";
  return (keyword === "COPY" || keyword === "ADD") && /^\d+(?::\d+)?$/.test(owner) && !operands.includes("$");
}
