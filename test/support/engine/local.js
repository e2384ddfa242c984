import { docker } from "../../../examples/demo/docker.js";
import { Unable } from "../../../examples/demo/unable.js";

/**
 * The environment in which builds happen in the engine itself. A builder in a container of its own sees neither the
 * engine's images nor this machine's localhost. The builder of a docker context has that context's name.
 * https://docs.docker.com/build/builders/#default-builder
 *
 * @param {import("../../../examples/demo/docker.js").Context} context
 * @returns {Promise<import("./clients.js").Environment>}
 */
export async function withItsBuilder(context) {
  const { stdout } = await docker(context, "context", "inspect", "--format", "{{.Name}}");
  return { ...context.env, BUILDX_BUILDER: stdout || "default" };
}

/**
 * Makes sure that the engine's localhost is this machine's: it asks the registry for an image that is not there.
 *
 * @param {import("../../../examples/demo/docker.js").Context} context
 * @param {import("../registry/registry.js").Registry} registry
 */
export async function checkReach(context, registry) {
  const { stderr } = await docker(context, "pull", "-q", `${registry.host}/hello`);
  if (registry.requests.length > 0) return;
  throw new Unable(
    `the Docker engine does not reach a registry on this machine's localhost:\n  ${stderr}\n` +
      "It seems to run in a virtual machine or on another host. The demo needs one on this machine.",
  );
}
