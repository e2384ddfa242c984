import type { Command } from "../../../src/host/host.ts";
import { bake } from "./bake.ts";
import { build } from "./build.ts";
import { inspect, list } from "./buildx.ts";
import type { DockerHost, Ended } from "./host.ts";
import { inspectContainers, inspectImages, listContainers, listImages, removeImages, tag } from "./image-commands.ts";
import type { Engine } from "./images.ts";
import { imagetools, login, pull, push } from "./registry-commands.ts";
import { NotExpected, readWords } from "./words.ts";

type Run = (host: DockerHost, words: readonly string[], command: Command) => Ended | Promise<Ended>;

/** The commands that are known, by their first words; the longest that fits is it. */
export const commands: Readonly<Record<string, Run>> = {
  version,
  info,
  login,
  tag,
  push,
  pull,
  build: (host, words, command) => {
    // Docker 23 and later have no BuildKit of their own.
    if (host.engine === "legacy") return build(host, words, command);
    return { exitCode: 125, stderr: "unknown flag: --progress\n\nUsage:  docker build [OPTIONS] PATH | URL | -\n" };
  },
  "buildx version": () => ({ stdout: "github.com/docker/buildx 0.29.1+ds1 0.29.1+ds1-4\n" }),
  "buildx bake": bake,
  "buildx inspect": inspect,
  "buildx ls": list,
  "buildx imagetools": imagetools,
  "image inspect": inspectImages,
  "image ls": listImages,
  "image rm": removeImages,
  "container ls": listContainers,
  "container inspect": inspectContainers,
};

/** The versions that the real engines of these kinds have. */
const versions: Record<Engine, string> = {
  modern: "28.5.2+dfsg4",
  containerd: "28.5.2+dfsg4",
  legacy: "20.10.24+dfsg1",
};

/** What docker says that has no buildx: the word is not known, and so is not its first flag. */
export function withoutBuildx(engine: Engine, words: readonly string[]): Ended {
  if (words[1] === "version") {
    const stderr =
      engine === "legacy"
        ? "docker: 'buildx' is not a docker command.\nSee 'docker --help'\n"
        : "docker: unknown command: docker buildx\n\nRun 'docker --help' for more information\n";
    return { exitCode: 1, stderr };
  }
  if (words[1] === "imagetools") {
    const usage = engine === "legacy" ? "COMMAND" : "COMMAND [ARG...]";
    return { exitCode: 125, stderr: `unknown flag: --prefer-index\n\nUsage:  docker [OPTIONS] ${usage}\n` };
  }
  const help = engine === "legacy" ? "See 'docker --help'.\n\n" : "\n";
  return { exitCode: 125, stderr: `unknown shorthand flag: 'f' in -f\n${help}Usage:  docker [OPTIONS] COMMAND\n` };
}

/** Where containerd keeps the images the driver's status says so. */
function info({ engine }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  if (rest.length > 0 || one("--format") !== "{{json .DriverStatus}}") throw new NotExpected(`info ${words.join(" ")}`);
  const status =
    engine === "containerd" ? [["driver-type", "io.containerd.snapshotter.v1"]] : [["Backing Filesystem", "extfs"]];
  return { stdout: `${JSON.stringify(status)}\n` };
}

function version({ engine }: DockerHost, words: readonly string[]): Ended {
  const { one, rest } = readWords(words, { "--format": "next" });
  const format = one("--format");
  if (rest.length > 0 || format !== "{{.Client.Version}} {{.Server.Version}}")
    throw new NotExpected(`version ${words.join(" ")}`);
  return { stdout: `${versions[engine]} ${versions[engine]}\n` };
}
