import { gitFacts } from "../../../src/ci/git.ts";
import { git, gitHost, openFolder } from "../../support/git.ts";

/** What is known of a folder that `make` has filled. */
export async function factsOf(make: (folder: string) => Promise<string | void>, env: Record<string, string> = {}) {
  const folder = await openFolder();
  const cwd = (await make(folder)) ?? folder;
  const host = gitHost(cwd, env);
  const sha = (await git(cwd, ["rev-parse", "--verify", "HEAD"])).trim();
  return { host, cwd, sha, facts: await gitFacts(host, cwd) };
}
