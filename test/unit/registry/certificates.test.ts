import path from "node:path";
import { describe, expect, it } from "vitest";
import type { Files } from "../../../src/host/host.ts";
import { certificates } from "../../../src/registry/certificates.ts";
import { openRegistries } from "../../../src/registry/registries.ts";
import { parseRepository } from "../../../src/core/reference.ts";
import { fakeHost } from "../../support/host.ts";

/** A host with these files; one whose text is null cannot be read. */
function hostWith(texts: Record<string, string | null>) {
  const host = fakeHost([], { cwd: "/" }, { out: "", err: "", commands: [] });
  const files: Files = {
    ...host.files,
    read: async (file) => texts[file] ?? null,
    readInput: async (file) => texts[file] ?? { missing: texts[file] !== null, fault: "is odd", hint: "" },
    list: async (folder) =>
      Object.keys(texts)
        .filter((file) => file.startsWith(`${folder}/`))
        .map((file) => file.slice(folder.length + 1)),
  };
  return { ...host, home: "/home/x", files };
}

const find = (texts: Record<string, string | null>, env = {}, own: string | null = null) => {
  const complaints: string[] = [];
  const config = own === null ? null : { file: own, complain: (line: string) => void complaints.push(line) };
  return certificates(hostWith(texts), env, "a.com:5000", config).then(({ ca, identities }) => ({
    found: ca,
    identities,
    complaints,
  }));
};

describe("the certificates that are trusted for a registry", () => {
  it("are those that docker trusts, as root and rootless, and the config's", async () => {
    const { found } = await find(
      {
        "/project/ca.pem": "own",
        "/etc/docker/certs.d/a.com:5000/ca.crt": "docker's",
        "/etc/docker/certs.d/a.com:5000/more.crt": "another",
        "/etc/docker/certs.d/a.com:5000/client.cert": "no authority",
        "/etc/docker/certs.d/a.com:5000/broken.crt": null,
        "/etc/docker/certs.d/a.com/ca.crt": "another port's",
        "/home/x/.config/docker/certs.d/a.com:5000/ca.crt": "rootless",
      },
      {},
      "/project/ca.pem",
    );
    expect(found).toEqual(["own", "docker's", "another", "rootless"]);
  });

  it("lie where XDG_CONFIG_HOME says in rootless mode", async () => {
    const texts = { "/xdg/docker/certs.d/a.com:5000/ca.crt": "rootless" };
    expect((await find(texts, { XDG_CONFIG_HOME: "/xdg" })).found).toEqual(["rootless"]);
  });

  it("are those of Docker Desktop, too", async () => {
    const texts = { "/home/x/.docker/certs.d/a.com:5000/ca.crt": "desktop's" };
    expect((await find(texts)).found).toEqual(["desktop's"]);
  });

  it("come with our own for a registry that asks who we are, each with its key", async () => {
    const { found, identities } = await find({
      "/etc/docker/certs.d/a.com:5000/client.cert": "us",
      "/etc/docker/certs.d/a.com:5000/client.key": "our key",
      "/etc/docker/certs.d/a.com:5000/keyless.cert": "nobody",
      "/etc/docker/certs.d/a.com:5000/locked.cert": "locked",
      "/etc/docker/certs.d/a.com:5000/locked.key": null,
      "/etc/docker/certs.d/a.com/client.cert": "another port's",
      "/etc/docker/certs.d/a.com/client.key": "another port's",
      "/home/x/.config/docker/certs.d/a.com:5000/more.cert": "us, rootless",
      "/home/x/.config/docker/certs.d/a.com:5000/more.key": "another key",
    });
    expect({ found, identities }).toEqual({
      found: [],
      identities: [
        { cert: "us", key: "our key" },
        { cert: "us, rootless", key: "another key" },
      ],
    });
  });

  it("of our own are shown to the registry, and to nobody that it sends us to", async () => {
    const texts = { "/etc/docker/certs.d/a.com/x.cert": "us", "/etc/docker/certs.d/a.com/x.key": "key" };
    const shown: unknown[] = [];
    const registries = openRegistries({
      host: {
        ...hostWith(texts),
        request: async ({ url, identities }) => {
          shown.push([url, identities]);
          const headers = { location: "https://store.com/x" };
          return url.startsWith("https://a.com/")
            ? { status: 307, headers, body: "" }
            : { status: 404, headers: {}, body: "" };
        },
      },
      env: {},
      dockerConfig: null,
      settings: {},
      directory: "/",
      say: () => undefined,
    });
    await registries.repository(parseRepository("a.com/b")).manifest("1");
    expect(shown).toEqual([
      ["https://a.com/v2/b/manifests/1", [{ cert: "us", key: "key" }]],
      ["https://store.com/x", undefined],
    ]);
  });

  it("take nothing away from NODE_EXTRA_CA_CERTS", async () => {
    const texts = { "/extra.pem": "extra", "/etc/docker/certs.d/a.com:5000/ca.crt": "docker's" };
    const env = { NODE_EXTRA_CA_CERTS: "/extra.pem" };
    expect((await find(texts, env)).found).toEqual(["docker's", "extra"]);
    // Node sees to it where we name none.
    expect((await find({ "/extra.pem": "extra" }, env)).found).toEqual([]);
    expect((await find({ ...texts, "/extra.pem": null }, env)).found).toEqual(["docker's"]);
  });

  it.each([{}, { "/project/ca.pem": null }])("are told of if the config's cannot be read: %o", async (texts) => {
    const { found, complaints } = await find(texts, {}, "/project/ca.pem");
    expect(found).toEqual([]);
    expect(complaints).toEqual(["registries.a.com:5000.ca: /project/ca.pem: is odd"]);
  });

  it("go along with every request, and are read once", async () => {
    const sent: unknown[] = [];
    let read = 0;
    const host = hostWith({});
    const registries = openRegistries({
      host: {
        ...host,
        files: { ...host.files, readInput: async (file) => `${path.posix.basename(file)} ${++read}` },
        request: async ({ ca }) => {
          sent.push(ca);
          return { status: 404, headers: {}, body: "" };
        },
      },
      env: {},
      dockerConfig: null,
      settings: { "a.com": { ca: "certs/ca.pem" } },
      directory: "/project",
      say: () => undefined,
    });
    for (const name of ["a.com/b", "a.com/c", "b.com/d"])
      await registries.repository(parseRepository(name)).digest("1");
    expect(sent).toEqual([["ca.pem 1"], ["ca.pem 1"], undefined]);
  });
});
