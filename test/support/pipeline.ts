import { defaultLoaders } from "cosmiconfig";

/** A step of a Drone or Woodpecker pipeline, as far as its runner needs it. */
export interface PipelineStep {
  name: string;
  image: string;
  commands: string[];
  /** The variables that the step sets; a secret's value is its name. */
  environment: Record<string, string>;
}

type Written = Partial<Omit<PipelineStep, "environment">> & {
  environment?: Record<string, string | { from_secret: string }>;
};

/** The steps of a `.drone.yml` or `.woodpecker.yml`, in order, those of all its pipelines. */
export function pipelineSteps(text: string): PipelineStep[] {
  // Drone has a document for each pipeline.
  const written = text.split(/^---$/m).flatMap((one) => (parseYaml(one) as { steps: Written[] }).steps);
  return written.map(({ name, image, commands, environment }) => ({
    name: name ?? "",
    image: image ?? "",
    commands: commands ?? [],
    environment: Object.fromEntries(
      Object.entries(environment ?? {}).map(([key, value]) => [
        key,
        typeof value === "string" ? value : value.from_secret,
      ]),
    ),
  }));
}

/** YAML as our config's own loader reads it. */
export function parseYaml(text: string): unknown {
  return defaultLoaders[".yaml"]("pipeline.yml", text);
}
