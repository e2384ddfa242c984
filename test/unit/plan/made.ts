import { unlimited } from "../../support/unlimited.ts";
import { presumedBuilder } from "../../../src/builders/choose.ts";
import { resolveConfig } from "../../../src/config/resolve.ts";
import type { WrittenConfig } from "../../../src/config/schema.ts";
import type { BuildEvent } from "../../../src/core/event.ts";
import { formatProblem } from "../../../src/core/errors.ts";
import type { InputSources } from "../../../src/plan/inputs.ts";
import { makePlan } from "../../../src/plan/make-plan.ts";
import type { PlannedTarget } from "../../../src/plan/plan.ts";
import { secretsOf } from "../../../src/secrets/secrets.ts";
import { eventOf } from "../tags/event-of.ts";

/** What a plan is made of besides the config; the Dockerfiles are by their paths. */
interface Given {
  names?: readonly string[];
  event?: BuildEvent;
  directory?: string;
  pushFlag?: boolean;
  files?: InputSources["files"];
  platform?: string;
  /** A name is one that keeps its images to itself. */
  builder?: string;
}

/** The plan of a config that is right by itself. */
export function made(
  written: WrittenConfig,
  dockerfiles: Readonly<Record<string, string>>,
  {
    names = [],
    event = eventOf(),
    directory = "/work/project",
    pushFlag,
    files = () => "no files are given",
    platform = "linux/amd64",
    builder = "buildx",
  }: Given = {},
) {
  const { config, problems: ofConfig } = resolveConfig(written, directory);
  const { plan, problems } = makePlan({
    config,
    event,
    names,
    dockerfiles: new Map(Object.entries(dockerfiles)),
    tags: { now: 0, env: {}, files: new Map(), gitTags: null, limited: unlimited, extra: [] },
    files,
    platform,
    pushFlag,
    work: {
      command: "build",
      builder: presumedBuilder({ name: builder, path: "--builder" }, directory),
      noCache: false,
      pull: false,
      reuse: false,
      platform: null,
      load: false,
      force: false,
    },
    isSet: () => false,
    secrets: secretsOf({}, new Set()),
  });
  const target = (name: string): PlannedTarget | undefined => plan.targets.find((one) => one.name === name);
  return {
    plan,
    target,
    problems: [...ofConfig, ...problems].map(formatProblem),
    warnings: plan.warnings.map(({ code, message }) => `${code}: ${message}`),
  };
}
