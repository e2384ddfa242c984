import { pushAll } from "../core/push-all.ts";
import { buildTagReferences, type PlannedTarget } from "./plan.ts";

/**
 * Which layers are up at some point of a plan. Images that are pushed side by side each send the layers that they share:
 * a registry can be asked to mount only what it has. So of those that share something that is not up one goes first.
 */
export class Uploads {
  readonly #bases = new Map<string, PlannedTarget | undefined>();
  readonly #up = new Set<string>();

  /** `targets` are all of the plan, in build order. */
  constructor(targets: readonly PlannedTarget[]) {
    const known = new Map<string | null, PlannedTarget>();
    for (const target of targets) {
      this.#bases.set(target.name, known.get(target.base));
      known.set(target.name, target);
    }
  }

  /** Those that can be pushed side by side: of what is not up yet no two share anything. The earlier ones come first. */
  sideBySide(targets: readonly PlannedTarget[]): PlannedTarget[] {
    const sent = new Set<string>();
    return targets.filter((target) => {
      const missing = this.#layers(target).filter((one) => !this.#up.has(one));
      const isFirst = missing.every((one) => !sent.has(one));
      if (isFirst) for (const one of missing) sent.add(one);
      return isFirst;
    });
  }

  /** They have been pushed. */
  add(targets: readonly PlannedTarget[]): void {
    for (const target of targets) for (const one of this.#layers(target)) this.#up.add(one);
  }

  /** What its layers come from, in each of its registries: one mounts only what it has itself. */
  #layers(target: PlannedTarget): string[] {
    const sources: string[] = [];
    for (let one: PlannedTarget | undefined = target; one !== undefined; one = this.#bases.get(one.name))
      pushAll(sources, one.layersFrom);
    const registries = new Set(buildTagReferences(target).map(({ repository }) => repository.registry));
    return [...registries].flatMap((registry) => sources.map((source) => `${source} in ${registry}`));
  }
}
