import { InputError } from "../core/errors.ts";
import { isFoundLate } from "../core/promoted-build.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * The tags that the targets that were asked for are published under, the build tag first: a promoted image has that of its own
 * build, if that is known.
 */
export function tagLists({ targets, promotes }: Plan): { name: string; tags: string[] }[] {
  const isLate = promotes !== null && isFoundLate(promotes);
  return targets
    .filter(({ implied }) => !implied)
    .map(({ name, image, places }) => ({
      name,
      tags: [...new Set([...(isLate ? [] : [image.tag]), ...places.flatMap(({ moving }) => moving)])],
    }));
}

/**
 * The content of a `.tags` file: one comma-separated list, as plugins/docker reads it. There is one such file for all
 * images, so the targets must have the same tags.
 */
export function tagsFileText(targets: readonly { name: string; tags: readonly string[] }[]): string {
  const lists = new Map(targets.map(({ name, tags }) => [tags.join(","), name]));
  if (lists.size > 1) {
    const message = `can hold one list of tags, but these targets differ: ${[...lists.values()].slice(0, 5).join(", ")}`;
    throw new InputError([{ path: "--tags-file", message, hint: "name one target" }]);
  }
  return `${[...lists.keys()][0] ?? ""}\n`;
}
