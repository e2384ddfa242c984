import path from "node:path";
import type { Config } from "../config/config.ts";
import type { Problem } from "../core/errors.ts";
import type { Host } from "../host/host.ts";
import { policyFiles } from "../tags/policy.ts";
import type { PushOptions } from "./options.ts";
import type { Project } from "./project.ts";

/** Where the command line wants files; null for those that it does not want. */
export interface OutputFiles {
  metadata: string | null;
  tags: string | null;
  /** Why they cannot be written: known now, rather than when all is built and published. */
  problems: Problem[];
}

/** Resolves the paths of the files that the command line wants, and looks whether they can be written. */
export async function outputFiles(
  host: Host,
  options: Pick<PushOptions, "cwd" | "metadataFile" | "tagsFile">,
  project: Pick<Project, "config" | "file">,
): Promise<OutputFiles> {
  const at = (file: string | undefined) =>
    file === undefined ? null : path.resolve(host.cwd, options.cwd ?? ".", file);
  const [metadata, tags] = [at(options.metadataFile), at(options.tagsFile)];
  const read = inputFiles(project);
  const check = async (flag: string, got: string | undefined, file: string | null): Promise<Problem[]> => {
    const fault = file === null ? null : await whyNot(host, file, read);
    return fault === null ? [] : [{ path: flag, message: fault, got }];
  };
  const problems = await Promise.all([
    check("--metadata-file", options.metadataFile, metadata),
    check("--tags-file", options.tagsFile, tags),
  ]);
  const same = { path: "--tags-file", message: "is the same file as --metadata-file", got: options.tagsFile };
  return { metadata, tags, problems: [...problems.flat(), ...(metadata !== null && metadata === tags ? [same] : [])] };
}

/** Of the file systems that there are. In bytes. */
const longestName = 255;

async function whyNot(host: Host, file: string, read: ReadonlyMap<string, string>): Promise<string | null> {
  const what = read.get(file);
  if (what !== undefined) return `would be written over ${what}`;
  const kind = await host.files.kind(file);
  if (kind === "folder") return "is a folder, not a file";
  // Who writes to a pipe that nobody reads waits for ever. Those of a shell, and the null device, are in /dev.
  if (kind === "other" && !file.startsWith("/dev/")) return "is a pipe, a socket or a device";
  if (Buffer.byteLength(path.basename(file)) > longestName) return "has a name that is too long for a file";
  const place = kind === null ? path.dirname(file) : file;
  if (kind === null && (await host.files.kind(place)) !== "folder") return "there is no such folder to write to";
  return (await host.files.writable(place)) ? null : "this user may not write there";
}

/** What a run reads, and must not write over: by its path, what it is. */
function inputFiles({ config, file }: Pick<Project, "config" | "file">): Map<string, string> {
  const all = config.targets.flatMap((target): [string, string][] => [
    [target.dockerfile, "a Dockerfile"],
    [`${target.dockerfile}.dockerignore`, "an ignore file"],
    [path.join(target.context, ".dockerignore"), "an ignore file"],
    ...target.secrets.flatMap((secret): [string, string][] => ("file" in secret ? [[secret.file, "a secret"]] : [])),
    ...policyFiles(target.tags).map((name): [string, string] => [name, "what a tag rule reads"]),
  ]);
  return new Map([...all, [file, "the config"]].map(([name, what]) => [resolved(config, name!), what!]));
}

function resolved({ directory }: Config, name: string): string {
  return path.resolve(directory, name);
}
