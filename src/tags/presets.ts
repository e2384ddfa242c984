import type { Flavor } from "./flavor.ts";

/** A rule of a preset, as users may write it. */
export type PresetRule = Readonly<Record<string, unknown>>;

const released = { event: ["tag", "custom"] };
const pushed = { event: ["push", "custom"] };

/** Rules by the name of their preset. */
export const presets: Readonly<Record<string, (flavor: Flavor) => PresetRule[]>> = {
  default: (flavor) => [
    { type: "schedule" },
    { type: "deploy" },
    { type: "semver", pattern: "{{version}}", latest: false, when: released },
    { type: "semver", pattern: "{{major}}.{{minor}}", when: released },
    { type: "semver", pattern: "{{major}}", zero: false, when: released },
    { type: "ref", event: "tag", semver: false, latest: false, when: released },
    { type: "ref", event: "pr" },
    ...branches(flavor),
  ],
  /** plugins/docker's. */
  auto_tag: () => [{ type: "auto_tag" }],
  /** docker/metadata-action's, where no rules are written. */
  "metadata-action": () => [
    { type: "schedule" },
    { type: "ref", event: "branch" },
    { type: "ref", event: "tag" },
    { type: "ref", event: "pr" },
  ],
};

/** `latest` is the default branch, unless the flavor says that it is something else. */
function branches({ latest }: Flavor): PresetRule[] {
  if (latest !== "auto" && latest !== "true") return [{ type: "ref", event: "branch", when: pushed }];
  return [
    { type: "ref", event: "branch", enable: "{{is_not_default_branch}}", when: pushed },
    { type: "raw", value: "latest", enable: "{{is_default_branch}}", when: pushed },
  ];
}
