import { noGit, run } from "./host.ts";
import { planOf, target } from "./plans.ts";
import { droneEnv, project } from "./project.ts";

/** A project whose config may read some variables. */
export const files = (config: string) => ({
  "package.json": {},
  Dockerfile: "FROM scratch AS app\n",
  "dev.Dockerfile": "FROM scratch AS app\n",
  "docker/3.12/Dockerfile": "FROM scratch AS app\n",
  "multistage-build.config.yaml": `env: [PY, FOLDER, SECRET_TOKEN, URL, HOST]\n${config}\n`,
});
/** A push to the default branch, with those variables set. */
export const env = (changes: Record<string, string> = {}) =>
  droneEnv({ PY: "3.12", FOLDER: "docker", HOST: "my.io:5000", SECRET_TOKEN: "s3cr3t-t0ken-of-4ll", ...changes });

/** The target `app` of a config in a build. */
export const app = async (config: string, changes: Record<string, string> = {}) =>
  target(await planOf(files(config), [], env(changes)), "app");

/** What a command says of a config that is wrong in this build. */
export async function errors(config: string, changes: Record<string, string> = {}, argv: string[] = ["plan"]) {
  const ran = await run(argv, { cwd: await project(files(config)), env: env(changes), commands: noGit! });
  return [ran.code, ran.err] as const;
}
