import path from "node:path";
import { fileURLToPath } from "node:url";
import { play } from "../../test/support/demo/play.js";
import { commandLines } from "../../test/support/demo/report.js";
import { setStage } from "../../test/support/demo/stage.js";
import { events } from "./events.js";

const project = fileURLToPath(new URL("project", import.meta.url));

/** Builds the project for each of the events, as Drone would, and shows what a registry then holds. */
process.exitCode = await play(async (tools, signal) => {
  const { say } = tools;
  say(
    "What multistage-build does, on one Dockerfile with a base and two apps. The demo plays Drone: it sets the variables\n" +
      "of four builds and runs multistage-build for each, on a real Docker engine and with a registry of its own.\n",
  );
  const stage = await setStage(project, tools, signal);
  say(`example   ${path.relative("", project)}: multistage.Dockerfile and multistage-build.config.yaml`);
  say(stage.about);
  say("What multistage-build warns of is true: in the question's Dockerfile nothing is built on the base.");
  for (const event of events) {
    const env = {
      REGISTRY: stage.registry,
      DRONE: "true",
      DRONE_REPO: stage.repository,
      DRONE_REPO_BRANCH: "master",
      ...event.env,
    };
    say(`\n== ${event.title}\n\n${commandLines(env, "npx multistage-build")}`);
    say(await stage.build(env));
  }
  say(`\n== What it took\n\n${await stage.facts()}`);
});
