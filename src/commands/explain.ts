import type { ExplanationDocument } from "../plan/document.ts";
import type { Explanation } from "../plan/explanation.ts";
import type { Failure } from "../core/failure.ts";
import { formatReference } from "../core/reference.ts";
import type { Host } from "../host/host.ts";
import type { Plan } from "../plan/plan.ts";
import { explain } from "../release/explain.ts";
import { explanationLines } from "../report/explanation-lines.ts";
import type { Paint } from "../report/paint.ts";
import { registriesAlone } from "./registries-alone.ts";
import type { Project } from "./project.ts";

/** What `plan --explain` says besides the plan, for people and for machines. */
export interface Explained {
  text: string;
  explanations: ExplanationDocument[];
  failures: Failure[];
}

/** Asks the registries what a run would do with each target, and why. */
export async function explained(host: Host, project: Project, plan: Plan, paint: Paint): Promise<Explained> {
  const { explanations, failures } =
    plan.promotes === null ? await explain(plan, registriesAlone(host, project)) : { explanations: [], failures: [] };
  return { text: explanationLines(explanations, paint), explanations: explanations.map(documentOf), failures };
}

function documentOf({ image, ...rest }: Explanation): ExplanationDocument {
  return { ...rest, image: image === null ? null : formatReference(image) };
}
