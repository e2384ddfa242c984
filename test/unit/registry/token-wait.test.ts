import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { parseRepository } from "../../../src/core/reference.ts";
import { systemRequest } from "../../../src/host/system-http.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { collectAllTheTime } from "../../support/collect.ts";
import { fakeHost } from "../../support/host.ts";

const limits = { connect: 60_000, silence: 300, total: 60_000, size: 1000, word: 60_000 };

/** A real registry that sends us for a token to where nobody answers, and the answer to a question for a tag. */
async function asking(signal: AbortSignal, onToken: () => void) {
  const server = http.createServer((request, response) => {
    if (request.url!.startsWith("/token")) return onToken();
    const realm = `http://${request.headers.host}/token`;
    return response.writeHead(401, { "www-authenticate": `Bearer realm="${realm}"` }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const host = fakeHost(
    [],
    { cwd: "/", signal, request: systemRequest(signal, limits) },
    { out: "", err: "", commands: [] },
  );
  const options = { env: {}, dockerConfig: "/nonexistent", settings: {}, directory: "/", say: () => undefined };
  const name = `localhost:${(server.address() as AddressInfo).port}/a`;
  return openRegistries({ host, ...options })
    .repository(parseRepository(name))
    .digest("1");
}

describe("a request for a token that nobody answers", () => {
  collectAllTheTime();

  it("has an end like any other, and is tried again like any other", async () => {
    let tokens = 0;
    const answer = await asking(new AbortController().signal, () => void tokens++);
    expect(answer).toMatchObject({
      code: "registry-down",
      message: "the login for a: the registry gave no answer: no sign of life within 0.3 s",
    });
    expect(tokens).toBe(5);
  });

  it("ends with the run", async () => {
    const controller = new AbortController();
    const answer = await asking(controller.signal, () => controller.abort("SIGTERM"));
    expect(answer).toMatchObject({ code: "interrupted", message: expect.stringContaining("the login for a") });
  });
});
