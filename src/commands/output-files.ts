import type { PushOptions } from "./options.ts";
import path from "node:path";
import { throwProblems } from "../core/errors.ts";
import type { Host } from "../host/host.ts";

/** Where the command line wants files; null for those that it does not want. */
export interface OutputFiles {
  metadata: string | null;
  tags: string | null;
}

/** Resolves the files' paths. Throws an InputError now, rather than when all is built, if they cannot be written. */
export async function outputFiles(
  host: Host,
  options: Pick<PushOptions, "cwd" | "metadataFile" | "tagsFile">,
): Promise<OutputFiles> {
  const wanted = { "--metadata-file": options.metadataFile, "--tags-file": options.tagsFile };
  const at = (file: string | undefined) =>
    file === undefined ? null : path.resolve(host.cwd, options.cwd ?? ".", file);
  const faults = await Promise.all(
    Object.entries(wanted).map(async ([flag, file]) => {
      const whole = at(file);
      if (whole === null || (await host.files.exists(path.dirname(whole)))) return [];
      return [{ path: flag, message: "there is no such folder to write to", got: file }];
    }),
  );
  throwProblems(faults.flat());
  return { metadata: at(options.metadataFile), tags: at(options.tagsFile) };
}
