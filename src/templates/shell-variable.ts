import type { Fault } from "./syntax.ts";

/** Our words for what CI servers call their variables. */
const ours: Readonly<Record<string, readonly string[]>> = {
  "{{tag}}": ["DRONE_TAG", "CI_COMMIT_TAG"],
  "{{branch}}": ["DRONE_BRANCH", "DRONE_COMMIT_BRANCH", "CI_COMMIT_BRANCH"],
  "{{base_ref}}": ["DRONE_TARGET_BRANCH", "CI_COMMIT_TARGET_BRANCH"],
  "{{sha}}": ["DRONE_COMMIT", "DRONE_COMMIT_SHA", "DRONE_COMMIT_AFTER", "CI_COMMIT_SHA"],
  "{{build}}": ["DRONE_BUILD_NUMBER", "CI_PIPELINE_NUMBER", "CI_BUILD_NUMBER"],
  "{{pr}}": ["DRONE_PULL_REQUEST", "CI_COMMIT_PULL_REQUEST"],
  "{{event}}": ["DRONE_BUILD_EVENT", "CI_PIPELINE_EVENT"],
  "{{arch}}": ["DRONE_STAGE_ARCH"],
  "{{repo}}": ["DRONE_REPO", "CI_REPO"],
  "{{deploy}}": ["DRONE_DEPLOY_TO", "CI_PIPELINE_DEPLOY_TARGET"],
  "{{version}}": ["DRONE_SEMVER", "DRONE_SEMVER_SHORT"],
  "{{major}}": ["DRONE_SEMVER_MAJOR"],
  "{{minor}}": ["DRONE_SEMVER_MINOR"],
  "{{patch}}": ["DRONE_SEMVER_PATCH"],
  "{{prerelease}}": ["DRONE_SEMVER_PRERELEASE"],
};

const expressionOf = new Map(Object.entries(ours).flatMap(([name, variables]) => variables.map((one) => [one, name])));

/** A variable as a shell, Compose or a pipeline would fill it in: `$NAME`, `${NAME}`, `${NAME:-x}`. */
const variable = /\$(?:\{([A-Za-z_]\w*)[^}]*\}|([A-Za-z_]\w*))/;

/** A text that was meant to have a variable filled in, though no shell reads it: what is wrong with it; null for another. */
export function shellVariable(text: string, isMeant: (name: string) => boolean = () => true): Fault | null {
  const [written, braced, bare] = variable.exec(text) ?? [];
  const name = braced ?? bare;
  if (name === undefined || !isMeant(name)) return null;
  const hint = expressionOf.has(name)
    ? `write ${expressionOf.get(name)}`
    : `write {{env.${name}}}, and list ${name} under env:`;
  return { message: `${written} is not filled in here`, got: text, hint };
}

/** The same of a text that takes no templates, either. */
export function fixedVariable(text: string): Fault | null {
  const fault = shellVariable(text);
  return fault === null ? null : { ...fault, hint: "write the text itself: it is the same in every build" };
}

/** Whether CI sets this variable, so that it is hardly ever meant literally. */
export function isOfCI(name: string): boolean {
  return /^(?:DRONE|CI)_/.test(name);
}
