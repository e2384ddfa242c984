import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { execa } from "execa";
import { root } from "./readme.ts";

/** Packs the package as it would be published, into a folder of its own that `remove` removes. */
export async function packed(): Promise<{ tarball: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(path.join(os.tmpdir(), "package-"));
  const { stdout } = await execa("npm", ["pack", "--json", "--pack-destination", folder], { cwd: root });
  const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
  return { tarball: path.join(folder, filename), remove: () => rm(folder, { recursive: true }) };
}

/** Installs packages into a folder that has a package.json. */
export async function install(cwd: string, ...packages: readonly string[]): Promise<void> {
  await execa("npm", ["install", "--no-audit", "--no-fund", ...packages], { cwd });
}
