import { type InspectedImage, parseInspected } from "../docker/inspected.ts";
import type { Invocation } from "../docker/invocation.ts";
import { RunError } from "../core/errors.ts";
import type { OwnImage } from "../plan/clean.ts";
import { ownLabels } from "../plan/labels.ts";
import { type DockerContext, runDocker } from "./docker.ts";
import { dockerFailure } from "./failures.ts";

/**
 * The images on the host that were built for `repository`: by their label, and by the build tag that they are named
 * with. The label alone would not do, as whatever is made from one of our images inherits it.
 */
export async function ownImages(docker: DockerContext, repository: string): Promise<OwnImage[]> {
  const filter = `label=${ownLabels.repository}=${repository}`;
  const listed = await ask(docker, ["image", "ls", "--quiet", "--no-trunc", "--filter", filter]);
  const ids = [...new Set(lines(listed))];
  if (ids.length === 0) return [];
  const containers = lines(await ask(docker, ["container", "ls", "--all", "--quiet", "--no-trunc"]));
  const using =
    containers.length === 0 ? "" : await ask(docker, ["container", "inspect", "--format", "{{.Image}}", ...containers]);
  const used = new Set(lines(using));
  return parseInspected(await ask(docker, ["image", "inspect", ...ids])).flatMap((image) => ownImage(image, used));
}

function ownImage(image: InspectedImage, used: ReadonlySet<string>): OwnImage[] {
  const labels = image.Config?.Labels ?? {};
  const buildTag = labels[ownLabels.buildTag] ?? "";
  const number = Number(labels[ownLabels.buildNumber] ?? "");
  const tags = (image.RepoTags ?? []).filter((name) => name.endsWith(`:${buildTag}`));
  if (tags.length === 0) return [];
  return [
    {
      id: image.Id,
      tags,
      buildTag,
      buildNumber: number > 0 ? number : null,
      taggedAt: Date.parse(image.Metadata?.LastTagTime ?? "") || 0,
      inUse: used.has(image.Id),
    },
  ];
}

/**
 * Removes the names that we gave an image, and with the last name the image; never by force. Returns docker's objection,
 * if it has one.
 */
export async function removeImage(docker: DockerContext, { tags }: OwnImage): Promise<string | null> {
  const result = await runDocker(docker, command(["image", "rm", ...tags]));
  return result.exitCode === 0 ? null : dockerFailure(null, result, result.stderr).message;
}

async function ask(docker: DockerContext, args: readonly string[]): Promise<string> {
  const result = await runDocker(docker, command(args));
  // Others start and remove containers and images all the while: what is gone need not be told of.
  if (result.exitCode === 0 || /no such (?:container|image|object)/i.test(result.stderr)) return result.stdout;
  const { message, hint } = dockerFailure(null, result, result.stderr);
  throw new RunError(message, { hint: hint ?? undefined });
}

function command(args: readonly string[]): Invocation {
  return { kind: "inspect", target: null, argv: ["docker", ...args], stdin: null, env: [] };
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
