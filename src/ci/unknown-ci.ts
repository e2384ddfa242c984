import { type Environment, value } from "./environment.ts";

/** The variables by which CI servers say who they are. */
const servers: Readonly<Record<string, string>> = {
  // Gitea's and Forgejo's say that they are GitHub's, too.
  GITEA_ACTIONS: "Gitea Actions",
  FORGEJO_ACTIONS: "Forgejo Actions",
  GITHUB_ACTIONS: "GitHub Actions",
  GITLAB_CI: "GitLab CI",
  JENKINS_URL: "Jenkins",
  BITBUCKET_BUILD_NUMBER: "Bitbucket Pipelines",
  BUILDKITE: "Buildkite",
  CIRCLECI: "CircleCI",
  CIRRUS_CI: "Cirrus CI",
  CODEBUILD_BUILD_ID: "AWS CodeBuild",
  TEAMCITY_VERSION: "TeamCity",
  TF_BUILD: "Azure Pipelines",
  TRAVIS: "Travis CI",
  APPVEYOR: "AppVeyor",
};

/** The CI that this environment is of, where it is none that is known; null for a laptop. */
export function unknownCi(env: Environment): string | null {
  const name = Object.keys(servers).find((variable) => value(env, variable) !== undefined);
  if (name !== undefined) return servers[name]!;
  return /^(?:|0|false|no)$/i.test(env["CI"] ?? "") ? null : "a CI";
}
