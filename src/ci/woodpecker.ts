import type { EventKind } from "../core/event.ts";
import type { Environment } from "./environment.ts";
import { value } from "./environment.ts";
import type { RawEvent } from "./read-event.ts";

const kinds: Readonly<Record<string, EventKind>> = {
  push: "push",
  tag: "tag",
  pull_request: "pull_request",
  pull_request_closed: "pull_request",
  pull_request_metadata: "pull_request",
  release: "tag",
  cron: "cron",
  deployment: "promote",
  manual: "custom",
};

/** Whether Woodpecker runs this step. Its `commands` steps have no DRONE_* variables. */
export function isWoodpecker(env: Environment): boolean {
  return env.CI === "woodpecker";
}

/** What Woodpecker says of the build; empty variables are absent there. https://woodpecker-ci.org/docs/usage/environment */
export function woodpeckerEvent(env: Environment): RawEvent {
  return {
    provider: "woodpecker",
    kinds,
    eventName: value(env, "CI_PIPELINE_EVENT"),
    ref: value(env, "CI_COMMIT_REF"),
    sha: value(env, "CI_COMMIT_SHA"),
    buildNumber: value(env, "CI_PIPELINE_NUMBER"),
    parent: value(env, "CI_PIPELINE_PARENT"),
    pullRequest: value(env, "CI_COMMIT_PULL_REQUEST"),
    branch: value(env, "CI_COMMIT_TARGET_BRANCH") ?? value(env, "CI_COMMIT_BRANCH"),
    defaultBranch: value(env, "CI_REPO_DEFAULT_BRANCH"),
    deployTo: value(env, "CI_PIPELINE_DEPLOY_TARGET"),
    prerelease: [env.CI_COMMIT_PRERELEASE, env.CI_PIPELINE_RELEASE_PRE].includes("true"),
    created: value(env, "CI_PIPELINE_CREATED"),
    repository: value(env, "CI_REPO"),
    sourceUrl: value(env, "CI_REPO_CLONE_URL"),
    url: value(env, "CI_REPO_URL"),
    names: {
      event: "CI_PIPELINE_EVENT",
      ref: "CI_COMMIT_REF",
      sha: "CI_COMMIT_SHA",
      buildNumber: "CI_PIPELINE_NUMBER",
    },
  };
}
