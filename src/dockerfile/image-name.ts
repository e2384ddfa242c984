import { dockerHub, parseRepository } from "../core/reference.ts";

/**
 * An image's shortest name, by which named contexts are matched: `docker.io/library/node:latest` is
 * `node`. https://docs.docker.com/reference/cli/docker/buildx/build/#build-context
 */
export function shortImageName(image: string): string {
  const { name, registry, path } = parseRepository(image.replace(/:latest$/, ""));
  return registry === dockerHub ? path.replace(/^library\/(?=[^/]+$)/, "") : name;
}
