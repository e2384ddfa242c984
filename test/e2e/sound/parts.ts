import { chmod, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { contentOfTar } from "../../support/layers.ts";
import { docker, type Engine } from "../rig.ts";
import type { Files, State } from "./case.ts";

/** What the secrets of the cases hold. */
export const secretValues = { SECRET_A: "aaaaaaaa", SECRET_B: "bbbbbbbb" };

/** A target as it stands in the config. */
interface Settings {
  repo: string;
  target?: string;
  dockerfile: string;
  context: string;
  contexts?: Record<string, string>;
  args?: Record<string, string>;
  platforms?: string[];
  secrets?: Record<string, { env: string }>;
}

/** A project of many parts, each with a folder and a target of its own, `part0`, and perhaps more targets. */
export class Parts {
  readonly #targets = new Map<string, Settings>();

  constructor(
    readonly cwd: string,
    /** Where its images are published. */
    readonly address: string,
  ) {}

  /** Writes a state of each part over what is there, and the config. */
  async write(states: readonly State[], others: readonly Record<string, object>[] = []): Promise<void> {
    for (const [at, { files = {}, target = {} }] of states.entries()) {
      const folder = `part${at}`;
      for (const [name, content] of Object.entries(files)) await writeOne(path.join(this.cwd, folder, name), content);
      for (const [name, settings] of Object.entries(others[at] ?? {})) this.#set(name, folder, settings);
      this.#set(folder, folder, { target: "app", ...target });
    }
    const config = { targets: Object.fromEntries(this.#targets) };
    await writeFile(path.join(this.cwd, "multistage-build.config.json"), JSON.stringify(config));
  }

  /** Paths in what is given are relative to the part's folder. */
  #set(name: string, folder: string, given: Partial<Settings>): void {
    const { dockerfile = "Dockerfile", contexts, ...more } = given;
    const known = this.#targets.get(name);
    const repo = `${this.address}/${name}`;
    const paths = { dockerfile: `${folder}/${dockerfile}`, context: folder };
    const inFolder = Object.entries(contexts ?? {}).map(([of, from]) => [
      of,
      from.includes(":") ? from : `${folder}/${from}`,
    ]);
    const named = contexts === undefined ? {} : { contexts: Object.fromEntries(inFolder) as Record<string, string> };
    this.#targets.set(name, { ...known, ...more, ...named, ...paths, repo });
  }

  /** What the parts' targets hold where they are built without any cache, and not by the program. */
  async withoutCache(engine: Engine): Promise<Map<string, string>[]> {
    const names = [...this.#targets.keys()].filter((name) => name.startsWith("part"));
    const out = (name: string) => path.join(this.cwd, `${name}.tar`);
    const absolute = (from: string) => (from.includes(":") ? from : path.join(this.cwd, from));
    const target = [...this.#targets].map(([name, { secrets = {}, contexts = {}, ...settings }]) => {
      const named = Object.entries(contexts).map(([of, from]) => [of, absolute(from)]);
      const given = {
        context: absolute(settings.context),
        dockerfile: absolute(settings.dockerfile),
        contexts: Object.fromEntries(named) as object,
        secret: Object.entries(secrets).map(([id, { env }]) => `id=${id},env=${env}`),
        output: [`type=tar,dest=${out(name)}`],
        "no-cache": true,
      };
      return [name, { target: settings.target, args: settings.args, platforms: settings.platforms, ...given }];
    });
    const file = path.join(this.cwd, "bake.json");
    const definition = { group: { default: { targets: names } }, target: Object.fromEntries(target) as object };
    await writeFile(file, JSON.stringify(definition));
    const env = { ...engine.env, ...secretValues };
    await docker({ ...engine, env }, ["buildx", "bake", "--progress=quiet", "--allow=fs=*", "-f", file]);
    return Promise.all(names.map(async (name) => contentOfTar(await readFile(out(name)))));
  }
}

async function writeOne(file: string, content: Files[string]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await rm(file, { force: true });
  if (typeof content === "string") await writeFile(file, content);
  else if ("link" in content) await symlink(content.link, file);
  else {
    await writeFile(file, content.text);
    await chmod(file, content.mode);
  }
}
