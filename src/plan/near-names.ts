import { dockerHub } from "../core/reference.ts";
import { nearest } from "../core/suggest.ts";
import type { Placed } from "./bind.ts";
import type { PlannedTarget, Warning } from "./plan.ts";

/** Images of Docker Hub that are nearly called as a stage of the same file is: `FROM bsae`, `COPY --from=bse`. */
export function nearlyStages(places: readonly Placed[]): Warning[] {
  const files = new Map(places.map(({ target, place }) => [place.graph, target.dockerfile]));
  const found = [...files].flatMap(([{ stages }, dockerfile]) =>
    stages.flatMap((stage) =>
      stage.edges.flatMap(({ to, line }) => {
        if (to.kind !== "image" || to.name === "scratch" || /[/:@$]/.test(to.name)) return [];
        // A stage may be called nearly as what it is FROM.
        const others = stages.filter(
          ({ name, base }) => name !== null && !(base.kind === "image" && base.name === to.name),
        );
        const near = nearest(
          to.name,
          others.flatMap(({ name, index }) => (name === null || index === stage.index ? [] : [name])),
        );
        return near === null
          ? []
          : [`${dockerfile}:${line}: ${to.name} is no stage but an image; did you mean "${near}"?`];
      }),
    ),
  );
  return [...new Set(found)].map((message) => ({ code: "dockerfile", message }));
}

/** Registries with settings that are nearly one that is published to. */
export function nearlyRegistries(registries: readonly string[], targets: readonly PlannedTarget[]): Warning[] {
  const used = [...new Set(targets.flatMap(({ places }) => places.map(({ repository }) => repository.registry)))];
  const isHub = (name: string) => name === dockerHub || name.endsWith(`.${dockerHub}`);
  return registries.flatMap((name) => {
    const near = used.includes(name) || isHub(name) ? null : nearest(name, used);
    const message = `registries.${name}: no target is published there; did you mean "${near}"?`;
    return near === null ? [] : [{ code: "registry-unused", message }];
  });
}
