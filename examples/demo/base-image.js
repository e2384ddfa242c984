import { copyFile, mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { execa } from "execa";
import { docker } from "./docker.js";
import { findBusybox } from "../../test/support/engine/busybox.js";
import { removeImage } from "./images.js";
import { Unable } from "./unable.js";

const image = "python:3.8-slim";

/**
 * Sees to it that the engine has the image that the example's stages are FROM, without a public registry where that can
 * be: the engine's own; or a stand-in, a busybox under its name; or Docker Hub's. What the engine did not have is removed
 * again. Returns what it is, for people.
 *
 * @param {import("./docker.js").Context} context
 * @param {{ temporary: string, cleanup: import("./cleanup.js").Cleanup }} tools
 * @returns {Promise<string>}
 */
export async function provideBaseImage(context, { temporary, cleanup }) {
  if ((await docker(context, "image", "inspect", image)).exitCode === 0) return `${image}, which the engine has`;
  const busybox = await findBusybox(context, temporary);
  const how = busybox === null ? ["pull", "-q", image] : ["import", await archive(busybox, temporary), image];
  const { exitCode, stderr } = await docker(context, ...how);
  if (exitCode !== 0) throw new Unable(`the example is FROM ${image}, which cannot be had:\n  ${stderr}`);
  cleanup.add(image, () => removeImage(context.env, image));
  return busybox === null
    ? `${image}, from Docker Hub`
    : `${image}: a stand-in made of busybox, so no public registry is needed`;
}

/**
 * The file system of the stand-in as a tar file: busybox as the shell and the few commands that the example's steps use.
 *
 * @param {string} busybox
 * @param {string} temporary
 */
async function archive(busybox, temporary) {
  const root = path.join(temporary, "stand-in");
  await mkdir(path.join(root, "bin"), { recursive: true });
  await copyFile(busybox, path.join(root, "bin/busybox"));
  for (const name of ["sh", "cat", "echo"]) await symlink("busybox", path.join(root, "bin", name));
  const file = path.join(temporary, "stand-in.tar");
  await execa(busybox, ["tar", "-C", root, "-cf", file, "."]);
  return file;
}
