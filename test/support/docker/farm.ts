import type { FarmBuilder } from "./host.ts";

/** A builder that keeps its images to itself, and has nothing in its cache yet. */
export function farmBuilder(changes: Partial<FarmBuilder> = {}): FarmBuilder {
  return { driver: "remote", status: "running", platforms: ["linux/amd64", "linux/386"], cache: new Map(), ...changes };
}

/** Builders by name, each on its own. */
export function farmOf(...names: string[]): ReadonlyMap<string, FarmBuilder> {
  return new Map(names.map((name) => [name, farmBuilder()]));
}
