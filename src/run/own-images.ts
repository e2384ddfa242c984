import { parseInspected } from "../docker/inspected.ts";
import type { Invocation } from "../docker/invocation.ts";
import { RunError } from "../errors.ts";
import type { OwnImage } from "../plan/clean.ts";
import { ownLabels } from "../plan/labels.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";

/** The images on the host that were built for `repository`, by their label. */
export async function ownImages(docker: DockerContext, repository: string): Promise<OwnImage[]> {
  const filter = `label=${ownLabels.repository}=${repository}`;
  const listed = await ask(docker, ["image", "ls", "--quiet", "--no-trunc", "--filter", filter]);
  const ids = [...new Set(lines(listed))];
  if (ids.length === 0) return [];
  const containers = lines(await ask(docker, ["container", "ls", "--all", "--quiet", "--no-trunc"]));
  const using =
    containers.length === 0 ? "" : await ask(docker, ["container", "inspect", "--format", "{{.Image}}", ...containers]);
  const used = new Set(lines(using));
  return parseInspected(await ask(docker, ["image", "inspect", ...ids])).map((image) => {
    const labels = image.Config?.Labels ?? {};
    const number = Number(labels[ownLabels.buildNumber] ?? "");
    return {
      id: image.Id,
      tags: image.RepoTags ?? [],
      buildTag: labels[ownLabels.buildTag] ?? "",
      buildNumber: number > 0 ? number : null,
      taggedAt: Date.parse(image.Metadata?.LastTagTime ?? "") || 0,
      inUse: used.has(image.Id),
    };
  });
}

/** Removes an image by its names, never by force; returns docker's objection, if it has one. */
export async function removeImage(docker: DockerContext, { id, tags }: OwnImage): Promise<string | null> {
  const result = await runDocker(docker, command(["image", "rm", ...(tags.length > 0 ? tags : [id])]));
  return result.exitCode === 0 ? null : dockerFailure(null, result, result.stderr).message;
}

async function ask(docker: DockerContext, args: readonly string[]): Promise<string> {
  const result = await runDocker(docker, command(args));
  if (result.exitCode === 0) return result.stdout;
  const { message, hint } = dockerFailure(null, result, result.stderr);
  throw new RunError(message, { hint: hint ?? undefined });
}

function command(args: readonly string[]): Invocation {
  return { kind: "inspect", target: null, argv: ["docker", ...args], stdin: null, env: [] };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
