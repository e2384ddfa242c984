import type { InspectedImage } from "../../../src/docker/image-commands.ts";
import type { DockerContext } from "../../../src/docker/exec.ts";
import { formatReference, parseRepository } from "../../../src/core/reference.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { fakeHost, type World } from "../../support/host.ts";
import { movingPass } from "../release/rig.ts";
import { createRegistry } from "../../support/registry/in-memory.js";

/** A target of build 42. */
export function target(
  name: string,
  changes: Partial<PlannedTarget> = {},
  repository = `r.io/p/${name}`,
): PlannedTarget {
  const [made] = movingPass(createRegistry(), { targets: { [name]: [repository] } }).targets;
  return { ...made!, ...changes };
}

/** A target that is published nowhere. */
export function local(name: string): PlannedTarget {
  return target(name, { places: [], image: { repository: parseRepository("localhost/p"), tag: "42" } });
}

/** What docker tells of the target's image on the host. */
export function inspected(of: PlannedTarget, changes: Partial<InspectedImage> = {}): InspectedImage {
  return {
    Id: `sha256:${of.name}`,
    RepoTags: [formatReference(of.image)],
    RepoDigests: [],
    RootFS: { Layers: ["a"] },
    Config: { Labels: of.labels },
    ...changes,
  };
}

/** A docker that answers these commands, and what it was asked. */
export function docker(commands: NonNullable<World["commands"]>): DockerContext & { asked: () => string[] } {
  const ran = { out: "", err: "", commands: [] as { argv: readonly string[] }[] };
  const host = fakeHost([], { cwd: "/", commands }, ran as Parameters<typeof fakeHost>[2]);
  const asked = () => ran.commands.map(({ argv }) => argv.join(" "));
  return {
    host,
    session: { directory: "/", env: {} },
    directory: "/",
    env: {},
    digests: new Map(),
    say: () => undefined,
    asked,
  };
}
