import type { EventKind } from "../core/event.ts";
import type { Environment } from "./environment.ts";
import { value } from "./environment.ts";
import type { RawEvent } from "./read-event.ts";

const kinds: Readonly<Record<string, EventKind>> = {
  push: "push",
  tag: "tag",
  pull_request: "pull_request",
  cron: "cron",
  promote: "promote",
  rollback: "rollback",
  custom: "custom",
};

/** Whether Drone runs this step. Drone sets old CI_* variables too, so ask it before Woodpecker. */
export function isDrone(env: Environment): boolean {
  return env.DRONE === "true";
}

/** What Drone says of the build. https://docs.drone.io/pipeline/environment/reference/ */
export function droneEvent(env: Environment): RawEvent {
  return {
    provider: "drone",
    kinds,
    eventName: value(env, "DRONE_BUILD_EVENT"),
    ref: value(env, "DRONE_COMMIT_REF"),
    sha: value(env, "DRONE_COMMIT_SHA") ?? value(env, "DRONE_COMMIT"),
    buildNumber: value(env, "DRONE_BUILD_NUMBER"),
    parent: value(env, "DRONE_BUILD_PARENT"),
    pullRequest: value(env, "DRONE_PULL_REQUEST"),
    branch: value(env, "DRONE_TARGET_BRANCH") ?? value(env, "DRONE_BRANCH"),
    defaultBranch: value(env, "DRONE_REPO_BRANCH"),
    deployTo: value(env, "DRONE_DEPLOY_TO"),
    prerelease: false,
    created: value(env, "DRONE_BUILD_CREATED"),
    repository: value(env, "DRONE_REPO"),
    sourceUrl: value(env, "DRONE_GIT_HTTP_URL") ?? value(env, "DRONE_REMOTE_URL"),
    url: value(env, "DRONE_REPO_LINK"),
    names: {
      event: "DRONE_BUILD_EVENT",
      ref: "DRONE_COMMIT_REF",
      sha: "DRONE_COMMIT_SHA",
      buildNumber: "DRONE_BUILD_NUMBER",
    },
  };
}
