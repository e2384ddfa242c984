import { dockerHub } from "../core/reference.ts";
import { nearest } from "../core/suggest.ts";
import type { GraphStage } from "../dockerfile/graph.ts";
import type { Placed } from "./bind.ts";
import type { PlannedTarget, Warning } from "./plan.ts";

/** So many images times stages are compared: more are no longer a matter of a slip. */
const mostCompared = 1_000_000;

/** Images of Docker Hub that are nearly called as a stage of the same file is: `FROM bsae`, `COPY --from=bse`. */
export function nearlyStages(places: readonly Placed[]): Warning[] {
  const files = new Map(places.map(({ target, place }) => [place.graph, target.dockerfile]));
  const found = [...files].flatMap(([{ stages }, dockerfile]) => {
    const nearly = nearestStages(stages);
    return stages.flatMap((stage) =>
      stage.edges.flatMap(({ to, line }) => {
        if (to.kind !== "image") return [];
        const near = nearly(to.name);
        if (near === null || near === stage.name) return [];
        return [`${dockerfile}:${line}: ${to.name} is no stage but an image; did you mean "${near}"?`];
      }),
    );
  });
  return [...new Set(found)].map((message) => ({ code: "dockerfile", message }));
}

/** The stage that an image is nearly called as, if there is one. Each image is looked for once. */
function nearestStages(stages: readonly GraphStage[]): (image: string) => string | null {
  const known = new Map<string, string | null>();
  return (image) => {
    if (known.has(image)) return known.get(image) ?? null;
    if (image === "scratch" || /[/:@$]/.test(image) || (known.size + 1) * stages.length > mostCompared) return null;
    // A stage may be called nearly as what it is FROM.
    const others = stages.flatMap(({ name, base }) =>
      name === null || (base.kind === "image" && base.name === image) ? [] : [name],
    );
    const near = nearest(image, others);
    known.set(image, near);
    return near;
  };
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
