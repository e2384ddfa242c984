import type { BuilderTraits } from "../../src/plan/steps.ts";

/** The engine's own BuildKit, as plans see it. */
export const engine: BuilderTraits = {
  name: "buildx",
  binds: true,
  pushes: true,
  atOnce: 50,
  store: "host",
  exportsCache: true,
  platform: null,
};

/** The BuildKit in an old docker CLI. */
export const classic: BuilderTraits = {
  ...engine,
  name: "docker",
  binds: false,
  pushes: false,
  atOnce: Infinity,
  exportsCache: false,
};

/** A builder that keeps its images to itself. */
export const farm: BuilderTraits = { ...engine, name: "farm1", store: "registry" };
