/**
 * The folders of Helm charts among files, and which files belong to them. A chart is a folder with Chart.yaml beside
 * `templates/`; of it only what Helm reads is left out, so a chart at the root of a repository hides nothing else.
 */
export function chartsOf(paths: Iterable<string>): {
  /** Folders, `.` for the root, without charts inside other charts. */
  readonly folders: readonly string[];
  /** The folder of the chart that a file belongs to; null for none. */
  chartOf(path: string): string | null;
} {
  const named = new Set<string>();
  const templated = new Set<string>();
  for (const path of paths) {
    const chart = /^(.*\/)?Chart\.ya?ml$/.exec(path);
    if (chart) named.add(chart[1] ?? "");
    for (const match of path.matchAll(/(?:^|\/)templates\//g)) {
      templated.add(path.slice(0, match[0].startsWith("/") ? match.index + 1 : match.index));
    }
  }
  const prefixes = [...named].filter((prefix) => templated.has(prefix));
  const outermost = prefixes.filter(
    (prefix) => !prefixes.some((other) => other !== prefix && isInside(prefix, other)),
  );
  const folderOf = (prefix: string) => (prefix === "" ? "." : prefix.slice(0, -1));
  return {
    folders: outermost.map(folderOf).toSorted(),
    chartOf(path) {
      const prefix = outermost.find((candidate) => isInside(path, candidate));
      return prefix === undefined ? null : folderOf(prefix);
    },
  };
}

function isInside(path: string, prefix: string): boolean {
  return (
    path.startsWith(prefix) &&
    /^(?:(?:templates|charts|crds|ci)\/|Chart\.(?:ya?ml|lock)$|[^/]*values[^/]*$)/.test(
      path.slice(prefix.length),
    )
  );
}
