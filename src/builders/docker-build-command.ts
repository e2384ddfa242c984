import type { Text } from "../core/text.ts";
import { formatReference } from "../core/reference.ts";
import type { Invocation } from "../docker/invocation.ts";
import { contextTarget } from "../plan/context-target.ts";
import type { Plan, PlannedTarget } from "../plan/plan.ts";
import type { BuildStep } from "../plan/steps.ts";
import { cacheImage, namesOnHost } from "./bake-definition.ts";
import { labelTexts } from "./late-labels.ts";

/**
 * `docker build` for one target, for a CLI that has BuildKit but no buildx (18.09 to 20.10). Values stand behind a `=`
 * in one word, so that none of them can become a flag. https://docs.docker.com/reference/cli/docker/image/build/
 */
export function buildInvocation(target: PlannedTarget, plan: Plan, options: Pick<BuildStep, "noCache">): Invocation {
  return {
    argv: [
      "docker",
      "build",
      "--progress=plain",
      `--file=${localPath(target.dockerfile)}`,
      ...(target.stage === "" ? [] : [`--target=${target.stage}`]),
      ...namesOnHost(target).map((name) => `--tag=${formatReference(name)}`),
      ...Object.entries(target.args).map(([name, value]) =>
        // Of a name alone docker takes the value from its environment: argv is seen by every process.
        typeof value === "string" ? `--build-arg=${name}=${value}` : `--build-arg=${name}`,
      ),
      ...labels(target, plan),
      ...target.secrets.map((secret) =>
        "env" in secret ? `--secret=id=${secret.id},env=${secret.env}` : `--secret=id=${secret.id},src=${secret.file}`,
      ),
      ...contexts(target, plan.targets),
      ...(target.network === "default" ? [] : [`--network=${target.network}`]),
      ...Object.entries(target.extraHosts).map(([name, address]) => `--add-host=${name}:${address}`),
      ...target.ssh.map((ssh) => `--ssh=${ssh}`),
      ...(target.platforms.length === 0 ? [] : [`--platform=${target.platforms.join()}`]),
      ...(target.isBase ? ["--build-arg=BUILDKIT_INLINE_CACHE=1"] : []),
      // This builder takes image names only.
      ...[...bases(target, plan.targets), ...target.cacheFrom.map((from) => cacheImage(from) ?? from)].map(
        (from) => `--cache-from=${from}`,
      ),
      // Its base would be built again, too, and be another one. On a new base its own steps are not in the cache.
      ...(options.noCache && target.needs.length === 0 ? ["--no-cache"] : []),
      localPath(target.context),
    ],
    stdin: null,
    env: target.secrets.flatMap((secret) => ("env" in secret ? [secret.env] : [])),
    ...setting(target),
  };
}

/** The arguments with secrets in them, which go by the environment. */
function setting({ args }: PlannedTarget): Pick<Invocation, "set"> {
  const late = Object.entries(args).filter(([, text]) => typeof text !== "string");
  return late.length === 0 ? {} : { set: Object.fromEntries(late) };
}

function labels(target: PlannedTarget, plan: Plan): Text[] {
  return Object.entries(labelTexts(target, plan, () => true)).map(([name, value]) =>
    typeof value === "string" ? `--label=${name}=${value}` : [`--label=${name}=`, ...value],
  );
}

/** A docker CLI without named contexts refuses the flag: without it another image of that name might be taken. */
function contexts(target: PlannedTarget, all: readonly PlannedTarget[]): string[] {
  return Object.entries(target.contexts).map(([name, from]) => {
    const other = all.find((one) => one.name === contextTarget(from));
    return `--build-context=${name}=${other === undefined ? from : `docker-image://${formatReference(other.image)}`}`;
  });
}

/** This builder cannot be given an image for a stage; the next best is the cache in the image, whatever was pruned. */
function bases(target: PlannedTarget, all: readonly PlannedTarget[]): string[] {
  return all.filter(({ name }) => target.needs.includes(name)).map(({ image }) => formatReference(image));
}

/** A lone `-` would be standard input, and `-x` a flag. */
function localPath(file: string): string {
  return file.startsWith("-") ? `./${file}` : file;
}
