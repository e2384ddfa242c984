import { drone, folder } from "./projects.js";

/**
 * So many apps on one base.
 *
 * @param {number} count
 */
export function appNames(count) {
  return Array.from({ length: count }, (_, at) => `app${at + 1}`);
}

/** The apps that most of the docker rows build on one base. */
export const apps = appNames(10);

/**
 * A base of six layers that takes five seconds and ten apps of three more on it. `salt` makes every layer a new one.
 *
 * @param {string} from the image that the base is made from
 * @param {string} salt
 */
export function dockerfile(from, salt) {
  const layer = (/** @type {number} */ at) => `RUN echo ${salt} && head -c 1000000 /dev/urandom > /dependency-${at}\n`;
  const base = `FROM ${from} AS base\n${[1, 2, 3, 4, 5].map(layer).join("")}RUN sleep 5 && echo ${salt} > /installed\n`;
  const app = (/** @type {string} */ name) =>
    `FROM base AS ${name}\nRUN echo ${salt} ${name} > /source\nRUN sleep 1 && echo ${salt} > /${name}\nRUN echo ${name} > /config\n`;
  return base + apps.map(app).join("");
}

/**
 * The same Dockerfile with another last step of the last app.
 *
 * @param {string} text
 */
export function oneAppChanged(text) {
  return `${text}RUN echo ${Math.random()} > /changed\n`;
}

/**
 * A base of one layer and so many apps of one more each.
 *
 * @param {string} from
 * @param {string} salt
 * @param {number} count
 */
export function manyApps(from, salt, count) {
  const app = (/** @type {string} */ name) => `FROM base AS ${name}\nRUN echo ${salt} ${name} > /${name}\n`;
  return `FROM ${from} AS base\nRUN echo ${salt} > /base\n${appNames(count).map(app).join("")}`;
}

/**
 * The same for our program.
 *
 * @param {string} registry
 * @param {string} text the Dockerfile
 * @param {readonly string[]} names of the apps
 */
export function ourProject(registry, text, names = apps) {
  const targets = ["base", ...names].map((name) => `  ${name}: ${registry}/ours/${name}\n`).join("");
  return folder({ Dockerfile: text, "multistage-build.config.yaml": `targets:\n${targets}` });
}

/**
 * The bake file that somebody would write by hand to publish the same references: the build's own tag and `latest`, with
 * the labels that plugins/docker sets by default.
 *
 * @param {string} registry
 * @param {string} buildTag
 * @param {readonly string[]} targets
 */
export function bakeFile(registry, buildTag, targets = ["base", ...apps]) {
  const target = (/** @type {string} */ name) => ({
    target: name,
    tags: [`${registry}/hand/${name}:${buildTag}`, `${registry}/hand/${name}:latest`],
    labels: {
      "org.opencontainers.image.created": new Date().toISOString(),
      "org.opencontainers.image.revision": drone.DRONE_COMMIT_SHA,
      "org.opencontainers.image.source": "https://example.com/octocat/hello-world.git",
      "org.opencontainers.image.url": "https://example.com/octocat/hello-world",
      "org.opencontainers.image.version": buildTag,
    },
    output: ["type=image,push=true"],
  });
  return JSON.stringify({
    group: { default: { targets } },
    target: Object.fromEntries(targets.map((name) => [name, target(name)])),
  });
}

/**
 * What plugins/docker runs in a step, one command after the other: it starts with an empty docker, pulls what
 * `cache_from` names, builds, pushes, and leaves nothing behind. Our stand-in for the empty docker is to remove what
 * the step pulled and made and to build without cache: to prune would empty an engine that is not ours.
 *
 * @param {string} registry
 * @param {string} from
 * @param {string} name
 */
export function pluginStep(registry, from, name) {
  const image = `${registry}/plugin/${name}:latest`;
  const cache = `${registry}/plugin/base:latest`;
  return [
    { args: ["pull", "--quiet", cache], mayFail: true },
    {
      args: [
        "build",
        "--quiet",
        "--pull",
        "--no-cache",
        `--cache-from=${cache}`,
        `--target=${name}`,
        `--tag=${image}`,
        ".",
      ],
    },
    { args: ["push", "--quiet", image] },
    { args: ["image", "rm", "--force", image, cache, from], mayFail: true },
  ];
}
