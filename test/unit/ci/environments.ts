/** Environments as the runners set them, cut to what concerns the build; by event and by SCM. */
const drone = {
  CI: "true",
  DRONE: "true",
  DRONE_REPO: "octocat/hello-world",
  DRONE_REPO_BRANCH: "master",
  DRONE_REPO_LINK: "https://github.com/octocat/hello-world",
  DRONE_GIT_HTTP_URL: "https://github.com/octocat/hello-world.git",
  DRONE_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
  DRONE_COMMIT: "860c1904a1ce19322e91ac35af1ab07466440c37",
  DRONE_BUILD_CREATED: "1578616200",
  DRONE_BUILD_NUMBER: "42",
  // Drone sets old names too: they must not make it look like Woodpecker.
  CI_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
  CI_REPO: "octocat/hello-world",
};

/** Drone sets all three branch variables alike: on a pull request they name the target branch. */
const branches = (branch: string) => ({
  DRONE_BRANCH: branch,
  DRONE_COMMIT_BRANCH: branch,
  DRONE_TARGET_BRANCH: branch,
});

export const droneEnvironments = {
  push: {
    ...drone,
    ...branches("feature/x"),
    DRONE_BUILD_EVENT: "push",
    DRONE_COMMIT_REF: "refs/heads/feature/x",
    DRONE_SOURCE_BRANCH: "feature/x",
  },
  "push to the default branch": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "push",
    DRONE_COMMIT_REF: "refs/heads/master",
  },
  "pull request on GitHub": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/pull/17/head",
    DRONE_SOURCE_BRANCH: "feature/x",
    DRONE_PULL_REQUEST: "17",
  },
  "merge request on GitLab": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/merge-requests/17/head",
    DRONE_PULL_REQUEST: "17",
  },
  "pull request on Bitbucket Server": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/pull-requests/17/from",
  },
  "pull request on Harness": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "pull_request",
    DRONE_COMMIT_REF: "refs/pullreq/17/head",
  },
  "tag on Gitea, no branch": {
    ...drone,
    ...branches(""),
    DRONE_BUILD_EVENT: "tag",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
  },
  "tag on GitHub, made from a branch": {
    ...drone,
    ...branches("release/1"),
    DRONE_BUILD_EVENT: "tag",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
  },
  "tag on Gogs, the branch is the tag": {
    ...drone,
    ...branches("v1.2.3"),
    DRONE_BUILD_EVENT: "tag",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
  },
  "promotion of a branch": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "promote",
    DRONE_BUILD_PARENT: "41",
    DRONE_COMMIT_REF: "refs/heads/master",
    DRONE_DEPLOY_TO: "production",
  },
  "promotion of a tag": {
    ...drone,
    ...branches(""),
    DRONE_BUILD_EVENT: "promote",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
    DRONE_DEPLOY_TO: "production",
  },
  "promotion of a pull request": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "promote",
    DRONE_COMMIT_REF: "refs/pull/17/head",
    DRONE_DEPLOY_TO: "production",
  },
  "rollback of a branch": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "rollback",
    DRONE_COMMIT_REF: "refs/heads/master",
    DRONE_DEPLOY_TO: "production",
  },
  "rollback of a tag": {
    ...drone,
    ...branches(""),
    DRONE_BUILD_EVENT: "rollback",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
    DRONE_DEPLOY_TO: "production",
  },
  "rollback of a pull request": {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "rollback",
    DRONE_COMMIT_REF: "refs/merge-requests/17/head",
    DRONE_DEPLOY_TO: "production",
  },
  cron: {
    ...drone,
    ...branches("master"),
    DRONE_BUILD_EVENT: "cron",
    DRONE_COMMIT_REF: "refs/heads/master",
    DRONE_SOURCE_BRANCH: "",
    DRONE_COMMIT_BEFORE: "",
  },
  custom: {
    ...drone,
    ...branches("dev"),
    DRONE_BUILD_EVENT: "custom",
    DRONE_COMMIT_REF: "refs/heads/dev",
  },
  "custom build of a tag": {
    ...drone,
    ...branches("refs/tags/v1.2.3"),
    DRONE_BUILD_EVENT: "custom",
    DRONE_COMMIT_REF: "refs/tags/v1.2.3",
    DRONE_TAG: "v1.2.3",
  },
} as const;

const woodpecker = {
  CI: "woodpecker",
  CI_REPO: "octocat/hello-world",
  CI_REPO_DEFAULT_BRANCH: "main",
  CI_REPO_URL: "https://codeberg.org/octocat/hello-world",
  CI_REPO_CLONE_URL: "https://codeberg.org/octocat/hello-world.git",
  CI_COMMIT_SHA: "3370e228f2209994d57af4427fe64e71bb79ac96",
  CI_PIPELINE_NUMBER: "43",
  CI_PIPELINE_CREATED: "1578616200",
};

export const woodpeckerEnvironments = {
  push: { ...woodpecker, CI_PIPELINE_EVENT: "push", CI_COMMIT_REF: "refs/heads/main", CI_COMMIT_BRANCH: "main" },
  ...Object.fromEntries(
    ["pull_request", "pull_request_closed", "pull_request_metadata"].map((event) => [
      event,
      {
        ...woodpecker,
        CI_PIPELINE_EVENT: event,
        CI_COMMIT_REF: "refs/pull/17/head",
        CI_COMMIT_BRANCH: "main",
        CI_COMMIT_SOURCE_BRANCH: "feature/x",
        CI_COMMIT_TARGET_BRANCH: "main",
        CI_COMMIT_PULL_REQUEST: "17",
      },
    ]),
  ),
  "tag on GitHub, the branch is the ref": {
    ...woodpecker,
    CI_PIPELINE_EVENT: "tag",
    CI_COMMIT_REF: "refs/tags/v1.2.3",
    CI_COMMIT_BRANCH: "refs/tags/v1.2.3",
    CI_COMMIT_TAG: "v1.2.3",
  },
  release: { ...woodpecker, CI_PIPELINE_EVENT: "release", CI_COMMIT_REF: "refs/tags/v1.2.3", CI_COMMIT_TAG: "v1.2.3" },
  deployment: {
    ...woodpecker,
    CI_PIPELINE_EVENT: "deployment",
    CI_COMMIT_REF: "refs/heads/main",
    CI_COMMIT_BRANCH: "main",
    CI_PIPELINE_DEPLOY_TARGET: "production",
    CI_PIPELINE_PARENT: "6",
  },
  cron: { ...woodpecker, CI_PIPELINE_EVENT: "cron", CI_COMMIT_REF: "refs/heads/main", CI_COMMIT_BRANCH: "main" },
  manual: { ...woodpecker, CI_PIPELINE_EVENT: "manual", CI_COMMIT_REF: "refs/heads/dev", CI_COMMIT_BRANCH: "dev" },
} as const;
