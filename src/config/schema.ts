import * as v from "valibot";
import { builderName, builderNameFault } from "../core/builder-name.ts";
import { targetName } from "./shape.ts";
import { orTemplate, platformForm, prefixForm, suffixForm } from "./texts.ts";

/** The one source of the config's types, its validation and the JSON schema that ships in the package. */

const text = v.pipe(v.string(), v.nonEmpty("must not be empty"));
const stringOrList = v.union([text, v.array(text)]);

// YAML reads 1.10 as 1.1: a number that is not an integer must be quoted to mean what was written.
const scalarMessage =
  "must be a string, an integer or true/false; quote a number with a decimal point: YAML reads 1.10 as 1.1";
const scalar = v.union([v.string(), v.pipe(v.number(), v.safeInteger(scalarMessage)), v.boolean()], scalarMessage);
const described = <const S extends v.GenericSchema>(schema: S, description: string) =>
  v.pipe(schema, v.description(description));

const environmentNameMessage = "must be the name of an environment variable";
const environmentName = v.pipe(
  v.string(environmentNameMessage),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, environmentNameMessage),
);
const argumentName = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "is not a valid name for a build argument"),
);
const secret = v.union(
  [v.strictObject({ env: environmentName }), v.strictObject({ file: text })],
  "must be { env: NAME } or { file: path }",
);
// A name of digits alone would be the place in a list, which JavaScript takes for a map.
const hostName = "(?!\\d+$)[A-Za-z0-9_.-]+";
const hostAddress = "(?:host-gateway|\\d{1,3}(?:\\.\\d{1,3}){3}|\\[?[0-9A-Fa-f]*:[0-9A-Fa-f:.]*\\]?)";
const hostsMessage = "must be { NAME: address } or a list of NAME:address";
const hosts = v.union(
  [
    v.array(v.pipe(v.string(), v.regex(new RegExp(`^${hostName}[:=]${hostAddress}$`), "must be NAME:address"))),
    v.record(
      v.pipe(v.string(), v.regex(new RegExp(`^${hostName}$`), "is not the name of a host")),
      v.pipe(
        v.string(hostsMessage),
        v.regex(new RegExp(`^${hostAddress}$`), "must be an IP address, or host-gateway for the engine's own"),
      ),
    ),
  ],
  hostsMessage,
);
const attestations = v.strictObject({
  provenance: v.optional(v.union([v.boolean(), v.picklist(["min", "max"])], 'must be true, false, "min" or "max"')),
  sbom: v.optional(v.boolean()),
});
const suffix = v.pipe(v.string(), v.regex(orTemplate(suffixForm), suffixForm.message));
const prefix = v.pipe(v.string(), v.regex(orTemplate(prefixForm), prefixForm.message));
const platform = v.pipe(v.string(), v.regex(orTemplate(platformForm), platformForm.message));
const affixes = v.strictObject({ prefix: v.optional(prefix), suffix: v.optional(suffix) });
const repositories = v.union(
  [
    text,
    v.pipe(v.array(text), v.nonEmpty("must not be an empty list; write false for a target that is never published")),
    v.literal(false),
  ],
  "must be a repository, a list of repositories, or false for a target that is never published",
);
const pushPolicy = v.union([v.literal("auto"), v.boolean()], 'must be "auto", true or false');
// The tag engine reads rules itself: a rule is a string of many forms or an object of many kinds.
const tagRules = v.union(
  [v.string(), v.array(v.union([v.string(), v.record(v.string(), v.unknown())], "must be a rule: a string or a map"))],
  "must be a preset's name or a list of tag rules",
);
const flavor = v.union([v.string(), v.array(v.string()), v.record(v.string(), v.unknown())]);

/** So many targets are planned in seconds; nobody has asked for more. */
const mostTargets = 5000;

const targetEntries = {
  repo: v.optional(
    described(repositories, "Where the image is published: a repository, a list, or false for never. {{…}} templates."),
  ),
  target: v.optional(described(text, "The stage to build. Default: the target's own name.")),
  dockerfile: v.optional(
    described(text, "The Dockerfile, relative to this file; {{…}} templates. Default: Dockerfile."),
  ),
  context: v.optional(
    described(text, "The build context, relative to this file; {{…}} templates. Default: this file's folder."),
  ),
  args: v.optional(described(v.record(argumentName, scalar), "Build arguments. Values may hold {{…}} templates.")),
  labels: v.optional(described(v.record(text, scalar), "Image labels. Values may hold {{…}} templates.")),
  secrets: v.optional(described(v.record(text, secret), "BuildKit secrets by id: { env: NAME } or { file: path }.")),
  ssh: v.optional(described(stringOrList, 'SSH agents or keys for RUN --mount=type=ssh: "default" or "id=path".')),
  contexts: v.optional(
    described(v.record(text, text), "Named build contexts: a folder, docker-image://<reference> or target:<target>."),
  ),
  platforms: v.optional(
    described(
      v.array(platform),
      "Platforms to build for, os/arch[/variant], or linux/{{arch}}; {{…}} templates. Default: the engine's own.",
    ),
  ),
  tags: v.optional(described(tagRules, "Tag rules or a preset: default, auto_tag, metadata-action.")),
  prefix: v.optional(
    described(prefix, "Goes before every tag of the target, the build tag included. {{…}} templates."),
  ),
  suffix: v.optional(
    described(suffix, "Goes after every tag of the target, the build tag included, as -{{env.PY}}. {{…}} templates."),
  ),
  buildTag: v.optional(
    described(
      affixes,
      "Goes before and after the target's build tag alone, as prefix and suffix. Targets that would share one get -<target> by themselves.",
    ),
  ),
  attest: v.optional(
    described(
      attestations,
      "What is attested of the image: { provenance: true, min or max; sbom: true }. Default: nothing, so that it is one manifest.",
    ),
  ),
  annotations: v.optional(
    described(v.record(text, scalar), "Annotations of the image's manifest. Values may hold {{…}} templates."),
  ),
  network: v.optional(
    described(
      v.picklist(["default", "none", "host"], 'must be "default", "none" or "host"'),
      "The network that RUN instructions have: default, none, or the engine's own (host).",
    ),
  ),
  extraHosts: v.optional(
    described(hosts, "More names of hosts for RUN instructions: { NAME: address } or a list of NAME:address."),
  ),
  needs: v.optional(described(stringOrList, "Targets that are built before this one.")),
  push: v.optional(described(pushPolicy, "false: built, not published.")),
  reuse: v.optional(
    described(v.boolean(), "Use an image again that an earlier build has made from the very same. Default: in CI."),
  ),
  cacheFrom: v.optional(
    described(stringOrList, "Where else to look for build cache: references or type=… specifications."),
  ),
  cacheTo: v.optional(
    described(
      stringOrList,
      "Where to export build cache: references or type=… specifications. Never from a pull request.",
    ),
  ),
};

const target = v.strictObject(targetEntries);

const registry = v.strictObject({
  username: v.optional(described(environmentName, "The environment variable that holds the user's name.")),
  password: v.optional(described(environmentName, "The environment variable that holds the password or token.")),
  insecure: v.optional(described(v.boolean(), "Talk plain HTTP to this registry.")),
  ca: v.optional(
    described(text, "A PEM file, relative to this file, with the certificate authority of this registry."),
  ),
});

export const configSchema = v.strictObject({
  $schema: v.optional(v.string()),
  ...v.pick(target, ["dockerfile", "context", "tags", "reuse", "attest"]).entries,
  push: v.optional(
    described(
      pushPolicy,
      '"auto" (default): publish from CI, never from a pull request. true: pull requests too. false: only with --push.',
    ),
  ),
  pull: v.optional(
    described(v.boolean(), "Ask registries which images stages are FROM now, and build all on those. Default: in CI."),
  ),
  promote: v.optional(
    described(
      v.picklist(["auto", "build"], 'must be "auto" or "build"'),
      '"auto" (default): a promotion or rollback publishes the images of the build that it is of. build: it builds anew.',
    ),
  ),
  flavor: v.optional(described(flavor, "How tags are made: latest, prefix, suffix, as in docker/metadata-action.")),
  registry: v.optional(described(text, "The registry of repositories that name none. {{…}} templates.")),
  builds: v.optional(
    described(
      text,
      "The repository of build tags, instead of the targets' own. May hold {{target}}, {{repo}} and other {{…}} templates.",
    ),
  ),
  cache: v.optional(
    described(
      text,
      "A repository for build cache, with a tag for each target and branch. Never written by a pull request.",
    ),
  ),
  builder: v.optional(
    described(
      v.pipe(v.string(), v.regex(builderName, `${builderNameFault}, or buildx, docker or auto`)),
      "The buildx builder: a name, or buildx, docker, auto. Default: auto, the one that buildx has selected.",
    ),
  ),
  registries: v.optional(
    described(
      v.record(text, registry),
      "Credentials by registry, as names of environment variables. A registry's name may hold {{…}} templates.",
    ),
  ),
  env: v.optional(described(v.array(environmentName), "Environment variables that {{env.NAME}} may read.")),
  allow: v.optional(
    described(
      v.array(v.picklist(["remote-context", "buildkit-syntax"], "must be remote-context or buildkit-syntax")),
      "What is refused unless it is listed: build contexts from the network, BUILDKIT_SYNTAX as an argument.",
    ),
  ),
  defaults: v.optional(described(target, "Any key of a target, for all targets.")),
  targets: described(
    v.pipe(
      v.record(
        v.pipe(v.string(), v.regex(targetName, "is not a valid target name: use letters, digits, _ and -, 64 at most")),
        v.union([repositories, target], "must be a repository, a list of them, false, or a map"),
      ),
      v.minEntries(1, "must name at least one target"),
      v.maxEntries(mostTargets, `must name at most ${mostTargets} targets`),
    ),
    "What is built, by name: a repository (short form) or an object.",
  ),
});

/** The config as people write it. */
export type WrittenConfig = v.InferInput<typeof configSchema>;
/** A target as people write it in the long form. */
export type WrittenTarget = v.InferInput<typeof target>;
/** The keys of a target, for messages. */
export const targetKeys = Object.keys(targetEntries);
/** The keys of a registry, for messages. */
export const registryKeys = Object.keys(registry.entries);
/** The keys of what is attested, and of what stands around a build tag, for messages. */
export const attestKeys = Object.keys(attestations.entries);
export const buildTagKeys = Object.keys(affixes.entries);
/** The keys of a secret, of which it has one. */
export const secretKeys = ["env", "file"];
