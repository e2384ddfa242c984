import { describe, expect, it } from "vitest";
import { detectEvent } from "../../../src/ci/detect.ts";
import { hidePasswords, withoutCredentials } from "../../../src/secrets/url.ts";
import { fakeHost, noGit } from "../../support/host.ts";
import { droneEnv } from "../../support/project.ts";

describe("an address without credentials", () => {
  it.each([
    ["https://github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://me:pw@github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://ghp_token@github.com/o/r.git", "https://github.com/o/r.git"],
    ["https://me:p@ss:w@github.com:8443/o/r.git", "https://github.com:8443/o/r.git"],
    ["https://me:pa/ss@github.com/o/r.git", "https://github.com/o/r.git"],
    ["HTTPS://me:@github.com/o/r.git", "HTTPS://github.com/o/r.git"],
    ["ssh://git:pw@[::1]:22/o/r.git", "ssh://[::1]:22/o/r.git"],
    ["https://[::1]:8443/o/r.git", "https://[::1]:8443/o/r.git"],
    ["git@github.com:o/r.git", "git@github.com:o/r.git"],
    ["me:pw@github.com:o/r.git", "github.com:o/r.git"],
    ["https://h.io/@scope/r?x=1", "https://h.io/@scope/r?x=1"],
    ["https://h.io/r.git?access_token=abc&x=1#y", "https://h.io/r.git?&x=1#y"],
    ["/srv/git/r.git", "/srv/git/r.git"],
    ["", ""],
  ])("%s", (url, bare) => {
    expect(withoutCredentials(url)).toBe(bare);
  });

  it.each([
    ["see https://me:pw@h.io/x", "see https://me:*@h.io/x"],
    ["docker-image://python:3.8-slim@sha256:ab", "docker-image://python:3.8-slim@sha256:ab"],
    ['{"os:3":"docker-image://os:3@$DIGEST_os"}', '{"os:3":"docker-image://os:3@$DIGEST_os"}'],
    ["docker-image://os:3${DIGEST_os:+@$DIGEST_os}", "docker-image://os:3${DIGEST_os:+@$DIGEST_os}"],
  ])("in a text: %s", (text, shown) => {
    expect(hidePasswords(text, "*")).toBe(shown);
  });

  it.each([
    [
      "Drone",
      droneEnv({ DRONE_GIT_HTTP_URL: "https://me:pw-12@h.io/o/r.git", DRONE_REPO_LINK: "https://me:pw-12@h.io/o/r" }),
    ],
    ["Drone, by the remote", droneEnv({ DRONE_REMOTE_URL: "https://pw-12@h.io/o/r.git" })],
    [
      "Woodpecker",
      {
        CI: "woodpecker",
        CI_PIPELINE_EVENT: "push",
        CI_COMMIT_REF: "refs/heads/master",
        CI_COMMIT_SHA: "860c1904a1ce19322e91ac35af1ab07466440c37",
        CI_PIPELINE_NUMBER: "42",
        CI_REPO_CLONE_URL: "https://me:pw-12@h.io/o/r.git",
        CI_REPO_URL: "https://me:pw-12@h.io/o/r",
      },
    ],
  ])("is what %s says of the repository", async (_, env) => {
    const host = fakeHost([], { cwd: "/nonexistent", env, commands: noGit! }, { out: "", err: "", commands: [] });
    const { event, problems } = await detectEvent(host, env, "/nonexistent", undefined);
    expect(problems).toEqual([]);
    expect(event.sourceUrl).toBe("https://h.io/o/r.git");
    expect(JSON.stringify(event)).not.toContain("pw-12");
  });
});
