/** What the command line says about a build, and where it runs. */
export interface BuildOptions {
  /** The config's folder: paths are relative to it, and docker runs in it. */
  directory: string;
  noCache: boolean;
  pull: boolean;
  /** The builder: `buildx` bakes everything at once; `docker` is `docker build` per target. */
  builder: Builder;
}

/** The builders that can be driven. `docker` is the BuildKit inside a docker CLI of 18.09 to 20.10. */
export type Builder = "buildx" | "docker";
