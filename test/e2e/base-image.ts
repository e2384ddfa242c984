import { execa } from "execa";
import type { Engine } from "./engine.ts";
import { docker } from "./run.ts";

const busybox = process.env.BUSYBOX ?? "/bin/busybox";
const applets = ["sh", "echo", "sleep", "date", "cat", "ls", "true", "false", "touch", "head", "wc", "test"];

/** Gives an engine a `python:3.8-slim` to stand on, made of a static busybox, if it has none: no registry is asked. */
export async function ensureBaseImage(engine: Engine): Promise<void> {
  const known = await docker(engine, ["image", "ls", "-q", "python:3.8-slim"]);
  if (known !== "") return;
  const links = applets.map((name) => `ln -s busybox "$d/bin/${name}"`).join("; ");
  const script = `d=$(mktemp -d); mkdir "$d/bin" "$d/tmp"; cp ${busybox} "$d/bin/busybox"; ${links}; tar -C "$d" -c .; rm -r "$d"`;
  const { stdout } = await execa("sh", ["-c", script], { encoding: "buffer" });
  await execa("docker", ["import", "-", "python:3.8-slim"], { env: engine.env, extendEnv: false, input: stdout });
}
