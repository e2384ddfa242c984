/**
 * What happens to the example's git repository, in the order of a usual week. `env` is what Drone says of it.
 * https://docs.drone.io/pipeline/environment/reference/
 *
 * @typedef {{ title: string, env: Record<string, string> }} Event
 *
 * @type {Event[]}
 */
export const events = [
  {
    title: "Somebody pushes to the branch dev",
    env: {
      DRONE_BUILD_EVENT: "push",
      DRONE_COMMIT_REF: "refs/heads/dev",
      DRONE_COMMIT_SHA: "3f0c8e21d7b94a65c1e2f8a7d0b3964e5c718a2f",
      DRONE_BUILD_NUMBER: "41",
    },
  },
  {
    title: "Somebody opens a pull request: it is built, and nothing of it is published",
    env: {
      DRONE_BUILD_EVENT: "pull_request",
      DRONE_COMMIT_REF: "refs/pull/17/head",
      DRONE_COMMIT_SHA: "9b52d60fe8a1437c2d94b06e13f7c85a0d6e4b19",
      DRONE_BUILD_NUMBER: "42",
    },
  },
  {
    title: "The pull request is merged: a push to master",
    env: {
      DRONE_BUILD_EVENT: "push",
      DRONE_COMMIT_REF: "refs/heads/master",
      DRONE_COMMIT_SHA: "c7d14e90ab3f5268f0e1d79b46a2835c9e07fd61",
      DRONE_BUILD_NUMBER: "43",
    },
  },
  {
    title: "That commit gets the tag v1.2.3-rc.1",
    env: {
      DRONE_BUILD_EVENT: "tag",
      DRONE_COMMIT_REF: "refs/tags/v1.2.3-rc.1",
      DRONE_COMMIT_SHA: "c7d14e90ab3f5268f0e1d79b46a2835c9e07fd61",
      DRONE_BUILD_NUMBER: "44",
    },
  },
];
