const truths = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const untruths = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** A boolean as Go's `strconv.ParseBool` reads it; null for what Go refuses (`yes`, ` true`). */
export function parseBool(text: string): boolean | null {
  if (truths.has(text)) return true;
  return untruths.has(text) ? false : null;
}

const milliseconds: ReadonlyMap<string | undefined, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** A duration as Go's `time.ParseDuration` reads it (`35s`, `1m30s`, `1.5h`), in milliseconds; null for others. */
export function parseDuration(text: string): number | null {
  const sign = text.startsWith("-") ? -1 : 1;
  let rest = text.replace(/^[+-]/, "");
  if (rest === "0") return 0;
  if (rest === "") return null;
  let total = 0;
  while (rest !== "") {
    const part = /^(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(ns|us|µs|μs|ms|s|m|h)/.exec(rest);
    if (!part) return null;
    total += Number(part[1]) * Number(milliseconds.get(part[2]));
    rest = rest.slice(part[0].length);
  }
  return sign * total;
}
