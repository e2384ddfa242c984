import type { Failure } from "../core/failure.ts";
import type { OwnImage } from "../plan/clean.ts";
import { ownLabels } from "../plan/labels.ts";
import { type DockerContext, runDocker } from "./exec.ts";
import { dockerFailure } from "./why-failed.ts";
import { type InspectedImage, parseInspected } from "./image-commands.ts";
import { docker as command } from "./invocation.ts";

/**
 * The images on the host that were built for `repository`: by their label, and by the build tag that they are named
 * with. The label alone would not do, as whatever is made from one of our images inherits it.
 */
export async function ownImages(docker: DockerContext, repository: string): Promise<OwnImage[] | Failure> {
  const filter = `label=${ownLabels.repository}=${repository}`;
  const listed = await ask(docker, ["image", "ls", "--quiet", "--no-trunc", "--filter", filter]);
  if (typeof listed !== "string") return listed;
  const ids = [...new Set(lines(listed))];
  if (ids.length === 0) return [];
  const used = await usedImages(docker);
  if ("code" in used) return used;
  const inspected = await ask(docker, ["image", "inspect", ...ids]);
  if (typeof inspected !== "string") return inspected;
  return parseInspected(inspected).flatMap((image) => ownImage(image, used));
}

/** The ids of the images that containers use, running or not. */
async function usedImages(docker: DockerContext): Promise<ReadonlySet<string> | Failure> {
  const listed = await ask(docker, ["container", "ls", "--all", "--quiet", "--no-trunc"]);
  if (typeof listed !== "string") return listed;
  const containers = lines(listed);
  if (containers.length === 0) return new Set<string>();
  const using = await ask(docker, ["container", "inspect", "--format", "{{.Image}}", ...containers]);
  return typeof using === "string" ? new Set(lines(using)) : using;
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

/** Many layers on a slow disk take a while to go. In milliseconds. */
const longestRemoval = 600_000;

/**
 * Removes the names that we gave an image, and with the last name the image; never by force. Returns docker's objection,
 * if it has one.
 */
export async function removeImage(docker: DockerContext, { tags }: OwnImage): Promise<string | null> {
  const result = await runDocker(docker, { ...command("image", "rm", ...tags), limit: longestRemoval });
  return result.exitCode === 0 ? null : dockerFailure(docker.host, null, result, result.stderr).message;
}

async function ask(docker: DockerContext, args: readonly string[]): Promise<string | Failure> {
  const result = await runDocker(docker, command(...args));
  // Others start and remove containers and images all the while: what is gone need not be told of.
  if (result.exitCode === 0 || /no such (?:container|image|object)/i.test(result.stderr)) return result.stdout;
  return dockerFailure(docker.host, null, result, result.stderr);
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
