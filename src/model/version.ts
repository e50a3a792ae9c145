/** A product version of two or three numbers, as `1.32`, `v2.4` or `2.0.5`. */
export interface Version {
  readonly major: number;
  readonly minor: number;
  /** Null: any patch of the minor version. */
  readonly patch: number | null;
}

/** Reads `1.32`, `v2.4`, `2.0.5`; null for anything else (placeholders, channel names, ranges). */
export function parseVersion(text: string): Version | null {
  const match = /^v?(\d{1,4})\.(\d{1,4})(?:\.(\d{1,6}))?$/.exec(text.trim());
  if (!match) return null;
  return {
    major: Number(match[1]),
    minor: Number(match[2]),
    patch: match[3] === undefined ? null : Number(match[3]),
  };
}

export function formatVersion(version: Version): string {
  const patch = version.patch === null ? "" : `.${version.patch}`;
  return `${version.major}.${version.minor}${patch}`;
}

/** Negative if `a` is older. A missing patch equals every patch. */
export function compareVersions(a: Version, b: Version): number {
  if (a.major !== b.major) return a.major - b.major;
  if (a.minor !== b.minor) return a.minor - b.minor;
  if (a.patch === null || b.patch === null) return 0;
  return a.patch - b.patch;
}

/** Whether `version` is `least` or newer; `least` is text such as `"1.31"`. */
export function atLeast(version: Version, least: string): boolean {
  const wanted = parseVersion(least);
  if (!wanted) throw new TypeError(`not a version: ${least}`);
  return compareVersions(version, wanted) >= 0;
}
