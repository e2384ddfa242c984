/** As an index says it. https://github.com/opencontainers/image-spec/blob/main/image-index.md */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** What an image's configuration says that matters here. */
export interface ImageConfig {
  /** The configuration's own digest: the image's id on a host with the classic image store. Null where there is none. */
  digest: string | null;
  labels: Readonly<Record<string, string>>;
  /** What the layers hold, lowest first, whatever they are compressed with. */
  layers: readonly string[];
  /** What it runs on. Null where nothing says it. */
  platform: Platform | null;
  /** Whether it has ONBUILD triggers, which run in every image that is built on it. */
  hasTriggers: boolean;
  /** When it was made, milliseconds since 1970; 0 where it does not say. */
  created: number;
}

/** What is not an image. */
export const noImage: ImageConfig = {
  digest: null,
  labels: {},
  layers: [],
  platform: null,
  hasTriggers: false,
  created: 0,
};

interface ManifestBody {
  config?: { digest?: string };
  manifests?: { digest?: string; platform?: { os?: string } }[];
}

/** Where an image's configuration is to be found: behind another manifest, in a blob, or nowhere. */
export function configOf(manifest: unknown): { manifest: string } | { blob: string } | null {
  const { config, manifests } = manifest as ManifestBody;
  // Attestations stand in an index, too, with an unknown platform.
  const first = manifests?.find(({ platform }) => platform?.os !== "unknown")?.digest;
  if (first !== undefined) return { manifest: first };
  return config?.digest === undefined ? null : { blob: config.digest };
}

/** Reads an image's configuration. */
export function readConfig(digest: string, value: Record<string, unknown>): ImageConfig {
  const { config, rootfs, os, architecture, variant, created } = value as {
    created?: string;
    config?: { Labels?: Record<string, string> | null; OnBuild?: string[] | null } | null;
    rootfs?: { diff_ids?: string[] | null } | null;
    os?: string;
    architecture?: string;
    variant?: string;
  };
  const isSaid = typeof os === "string" && typeof architecture === "string";
  const platform = isSaid ? { os, architecture, ...(variant ? { variant } : {}) } : null;
  const hasTriggers = (config?.OnBuild ?? []).length > 0;
  return {
    digest,
    labels: config?.Labels ?? {},
    layers: rootfs?.diff_ids ?? [],
    platform,
    hasTriggers,
    created: Date.parse(created ?? "") || 0,
  };
}
