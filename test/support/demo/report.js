/** @typedef {import("../published.js").Image} Image */

/**
 * The images as a table: repository, digest, tags.
 *
 * @param {Image[]} images
 * @returns {string}
 */
export function imageTable(images) {
  const width = Math.max(0, ...images.map(({ repository }) => repository.length));
  return images
    .map(({ repository, digest, tags }, at) => {
      const name = repository === images[at - 1]?.repository ? "" : repository;
      return `  ${name.padEnd(width)}  ${digest.slice(0, 19)}  ${tags.join(", ")}\n`;
    })
    .join("");
}

/**
 * What the registry has seen, in two sentences. Images that were built once have the same layers, whatever their labels;
 * build steps that run twice leave layers that differ, if only in the time of their files.
 *
 * @param {Image[]} images
 * @param {import("../registry/registry.js").Registry["transfers"]} transfers
 * @returns {string}
 */
export function facts(images, { uploads, mounts, downloads }) {
  const names = [...new Set(images.map(({ repository }) => repository))];
  const builds = names.map((name) => {
    const own = images.filter(({ repository }) => repository === name);
    return `${name} ${times(new Set(own.map(({ layers }) => layers.join())).size)}`;
  });
  const layers = new Set(images.flatMap((image) => image.layers));
  const count = (/** @type {{ digest: string }[]} */ all) => all.filter(({ digest }) => layers.has(digest)).length;
  const tags = images.flatMap((image) => image.tags).length;
  return (
    `Built: ${builds.join(", ")}; published under ${tags} tags.\n` +
    `${layers.size} layers: ${count(uploads)} uploads, ${count(mounts)} mounts from another repository in place of an upload,` +
    ` ${count(downloads)} downloads.\n`
  );
}

/** @param {number} count */
function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

/**
 * A command as one would type it, over several lines.
 *
 * @param {Record<string, string>} env
 * @param {string} command
 * @returns {string}
 */
export function commandLines(env, command) {
  const words = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), command];
  /** @type {string[]} */
  const lines = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length < 90) lines.splice(-1, 1, `${last} ${word}`);
    else lines.push(word);
  }
  return `$ ${lines.join(" \\\n    ")}\n`;
}
