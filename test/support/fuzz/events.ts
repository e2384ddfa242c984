import fc from "fast-check";
import { hostileName, many } from "./pieces.ts";

const sha = "860c1904a1ce19322e91ac35af1ab07466440c37";

const ref = fc.oneof(
  fc
    .tuple(
      fc.constantFrom("refs/heads/", "refs/tags/", "refs/pull/", "refs/merge-requests/", "refs/", ""),
      hostileName,
      fc.constantFrom("", "", "", "/head", "/merge", "/from"),
    )
    .map((parts) => parts.join("")),
  fc.constantFrom("refs/pull/17/head", "refs/pull/latest/head", "refs/pull/1.2/merge", "refs/merge-requests/17/head"),
);

const eventName = fc.constantFrom(
  ..."push tag pull_request pull_request_closed cron promote rollback custom release manual deployment".split(" "),
  ..."PUSH constructor x\ny".split(" "),
  "",
);
const number = fc.oneof(fc.constantFrom("1", "42", "0", "-1", "1e9", "007", "9".repeat(30), "", "NaN"), hostileName);
const oddSha = fc.constantFrom(sha, sha, sha.toUpperCase(), "0".repeat(40), "860C1904A1CE", "abc", "", "g".repeat(40));

/** Mostly what a server sends, as nothing is planned otherwise. */
const usually = (right: string, wrong: fc.Arbitrary<string>) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(right) }, { weight: 1, arbitrary: wrong });

/** An event with a ref that goes with it, called as somebody pleases. */
const fitting = fc
  .tuple(
    fc.constantFrom(
      "push refs/heads/",
      "tag refs/tags/",
      "cron refs/heads/",
      "promote refs/heads/",
      "rollback refs/tags/",
    ),
    hostileName,
  )
  .map(([start, name]) => {
    const [event = "", prefix = ""] = start.split(" ");
    return { event, ref: prefix + name };
  });
const request = fc
  .tuple(
    fc.constantFrom("pull_request", "pull_request_closed"),
    fc.constantFrom("refs/pull/17/head", "refs/merge-requests/3/head"),
  )
  .map(([event, one]) => ({ event, ref: one }));
const any = fc.record({ event: eventName, ref });

/** Variables by what CI may say in them: mostly something, sometimes nothing. */
function environmentOf(
  [event, refName]: readonly [event: string, ref: string],
  always: Readonly<Record<string, string>>,
  values: Readonly<Record<string, fc.Arbitrary<string>>>,
) {
  return fc
    .tuple(fc.oneof({ weight: 4, arbitrary: fitting }, request, any), fc.record(values, { requiredKeys: [] }))
    .map(([what, more]) => {
      const given = { ...always, ...more, [event]: what.event, [refName]: what.ref };
      return given as Record<string, string>;
    });
}

/** Drone's and Woodpecker's variables, with what no server would send in them. */
export const hostileEnvironment = fc.oneof(
  environmentOf(
    ["DRONE_BUILD_EVENT", "DRONE_COMMIT_REF"],
    { CI: "true", DRONE: "true", DRONE_COMMIT_SHA: sha, DRONE_BUILD_NUMBER: "42" },
    {
      DRONE_TAG: hostileName,
      DRONE_BRANCH: hostileName,
      DRONE_COMMIT_BRANCH: hostileName,
      DRONE_SOURCE_BRANCH: hostileName,
      DRONE_TARGET_BRANCH: hostileName,
      DRONE_REPO_BRANCH: usually("master", hostileName),
      DRONE_REPO: usually("octocat/hello-world", hostileName),
      DRONE_PULL_REQUEST: number,
      DRONE_DEPLOY_TO: hostileName,
      DRONE_BUILD_NUMBER: usually("7", number),
      DRONE_BUILD_CREATED: number,
      DRONE_COMMIT_SHA: usually(sha, oddSha),
      DRONE_COMMIT_MESSAGE: many("x {{sha}} "),
      DRONE_GIT_HTTP_URL: hostileName,
      SOURCE_DATE_EPOCH: usually("1578616200", number),
    },
  ),
  environmentOf(
    ["CI_PIPELINE_EVENT", "CI_COMMIT_REF"],
    { CI: "woodpecker", CI_COMMIT_SHA: sha, CI_PIPELINE_NUMBER: "42" },
    {
      CI_COMMIT_TAG: hostileName,
      CI_COMMIT_BRANCH: hostileName,
      CI_COMMIT_SOURCE_BRANCH: hostileName,
      CI_COMMIT_TARGET_BRANCH: hostileName,
      CI_REPO_DEFAULT_BRANCH: usually("master", hostileName),
      CI_REPO: usually("octocat/hello-world", hostileName),
      CI_REPO_CLONE_URL: hostileName,
      CI_COMMIT_PULL_REQUEST: number,
      CI_COMMIT_PRERELEASE: fc.constantFrom("true", "false", "x"),
      CI_PIPELINE_DEPLOY_TARGET: hostileName,
      CI_PIPELINE_NUMBER: usually("7", number),
      CI_COMMIT_SHA: usually(sha, oddSha),
      CI_PIPELINE_CREATED: number,
    },
  ),
);
