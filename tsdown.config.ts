import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import { defineConfig, type UserConfig } from "tsdown";
import ts from "typescript";
import { exportedType, planSchema } from "./schema.config.ts";
import { configSchema } from "./src/config/schema.ts";

type Plugin = Extract<NonNullable<UserConfig["plugins"]>, { name: string }>;

const keepNames = { function: true, class: true };

const common: UserConfig = {
  format: "esm",
  fixedExtension: false,
  target: "node20",
  outDir: "dist",
  clean: false,
  report: false,
  // Stack traces stay readable: names of functions are kept. Lines would make the package a tenth larger.
  minify: { compress: { keepNames }, mangle: { keepNames }, codegen: { removeWhitespace: true } },
};

/** Everything that is inlined: nothing gets into the file unnoticed. */
const bundled = [
  ["@commander-js/extra-typings", "commander", "execa", "semver", "chalk", "cosmiconfig", "valibot"],
  ["dayjs", "@renovatebot/pep440"],
  // What execa needs
  ["@sec-ant/readable-stream", "@sindresorhus/merge-streams", "cross-spawn", "figures", "get-stream", "human-signals"],
  ["is-plain-obj", "is-stream", "is-unicode-supported", "isexe", "npm-run-path", "parse-ms", "path-key", "pretty-ms"],
  ["shebang-command", "shebang-regex", "signal-exit", "strip-final-newline", "unicorn-magic", "which", "yoctocolors"],
  ["js-yaml"],
  // What cosmiconfig needs
  ["env-paths"],
].flat();

export default defineConfig([
  {
    ...common,
    entry: { cli: "src/bin.ts" },

    dts: false,
    clean: true,
    // What a command does not need is not even read: `--version` starts with a tenth of it.
    outputOptions: { chunkFileNames: "[name].js", comments: false },
    deps: { onlyBundle: bundled },
    plugins: [withoutLoaders(), licences(), schemas()],
  },
  { ...common, entry: { index: "src/index.ts" }, dts: false, plugins: [types()] },
]);

/**
 * cosmiconfig's own loaders are used for its own settings alone, which are nobody's here, and what they need is twice as
 * large as the rest of it: in their place stand some that find nothing.
 */
function withoutLoaders(): Plugin {
  const loaders = /\/cosmiconfig\/dist\/loaders\.js$/;
  const names = ["loadJs", "loadJsSync", "loadJson", "loadTs", "loadTsSync", "loadYaml"];
  const source = `module.exports = { ${names.map((name) => `${name}: () => ({})`).join(", ")} };`;
  return { name: "without-loaders", load: (id) => (loaders.test(id) ? source : null) };
}

/** Ships the licences of what is inlined beside it. */
function licences(): Plugin {
  return {
    name: "licences",
    generateBundle(_, bundle) {
      const modules = Object.values(bundle).flatMap((file) => ("moduleIds" in file ? file.moduleIds : []));
      const folders = modules.flatMap((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+/.exec(id)?.[0] ?? []);
      const texts = [...new Set(folders)].toSorted().map(licenceOf);
      this.emitFile({ type: "asset", fileName: "LICENSES.txt", source: texts.join(`\n${"-".repeat(80)}\n\n`) });
    },
  };
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8")) as {
    name: string;
    version: string;
    license?: string;
  };
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file !== undefined && existsSync(path.join(folder, file)) ? readFileSync(path.join(folder, file), "utf8") : "";
  return `${name} ${version} (${license ?? "see below"})\n\n${text.trim()}\n`;
}

/** The JSON schemas of the config, for editors, and of the plan, for whoever reads it: from the sources of both. */
function schemas(): Plugin {
  return {
    name: "schemas",
    generateBundle() {
      const config = {
        title: "multistage-build",
        ...toJsonSchema(configSchema, { target: "draft-07", typeMode: "input", overrideSchema: withOwnKeys }),
      };
      for (const [fileName, json] of Object.entries({ "schema.json": config, "plan.schema.json": planSchema() })) {
        this.emitFile({ type: "asset", fileName, source: `${JSON.stringify(json)}\n` });
      }
    },
  };
}

/** The user's own keys: what a target or the whole has under `x-…` is nobody else's concern. */
function withOwnKeys({ jsonSchema }: { jsonSchema: JsonSchema }): JsonSchema | undefined {
  const { properties = {} } = jsonSchema;
  const isOpen = "targets" in properties || "repo" in properties;
  return isOpen ? { ...jsonSchema, patternProperties: { "^x-": {} } } : undefined;
}

/** The config's types, written out: those of the library that they are inferred by are ten times as long. */
function types(): Plugin {
  return {
    name: "types",
    generateBundle() {
      const written = (name: string) => {
        const { type, checker } = exportedType("src/config/schema.ts", name);
        return checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation | ts.TypeFormatFlags.InTypeAlias);
      };
      const source = ["WrittenConfig", "WrittenTarget"].map((name) => `export type ${name} = ${written(name)};\n`);
      const define = "export declare function defineConfig(config: WrittenConfig): WrittenConfig;\n";
      this.emitFile({ type: "asset", fileName: "index.d.ts", source: source.join("") + define });
    },
  };
}
