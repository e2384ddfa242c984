import { describe, expect, it } from "vitest";
import { dockerEnvironment } from "../../../src/docker/environment.ts";

describe("docker's environment", () => {
  it("is docker's own variables and what is named, never the whole", () => {
    const env = {
      PATH: "/bin",
      HOME: "/root",
      DOCKER_HOST: "unix:///x.sock",
      BUILDX_BUILDER: "b",
      https_proxy: "http://p",
      NPM_TOKEN: "named",
      AWS_SECRET_ACCESS_KEY: "secret",
      DRONE_NETRC_PASSWORD: "secret",
      DOCKER_PASSWORD: "secret",
      DOCKER_USERNAME: "robot",
    };
    const given = dockerEnvironment(env, ["NPM_TOKEN"]);
    expect(Object.values(given)).not.toContain("secret");
    expect(Object.keys(given).filter((name) => name in env)).toEqual(
      expect.arrayContaining(["PATH", "HOME", "DOCKER_HOST", "BUILDX_BUILDER", "https_proxy", "NPM_TOKEN"]),
    );
    expect(given).not.toHaveProperty("DOCKER_USERNAME");
    expect(dockerEnvironment(env, ["DOCKER_PASSWORD"])).toMatchObject({ DOCKER_PASSWORD: "secret" });
  });
});
