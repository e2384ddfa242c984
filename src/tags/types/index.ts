import type { RuleType } from "../rule.ts";
import { calver } from "../schemes/calver.ts";
import { pep440 } from "../schemes/pep440.ts";
import { semver } from "../schemes/semver.ts";
import { autoTag } from "./auto-tag.ts";
import { build } from "./build.ts";
import { deploy } from "./deploy.ts";
import { edge } from "./edge.ts";
import { file } from "./file.ts";
import { match } from "./match.ts";
import { packageVersion } from "./package.ts";
import { raw } from "./raw.ts";
import { ref } from "./ref.ts";
import { schedule } from "./schedule.ts";
import { sha } from "./sha.ts";
import { versionType } from "./version.ts";

/** All types of rules by name: docker/metadata-action's eight, and ours. */
export const ruleTypes: Readonly<Record<string, RuleType>> = {
  schedule,
  semver: versionType(semver, null),
  pep440: versionType(pep440, null),
  match,
  edge,
  ref,
  raw,
  sha,
  calver: versionType(calver, "{{version}}"),
  deploy,
  build,
  file,
  package: packageVersion,
  auto_tag: autoTag,
};
