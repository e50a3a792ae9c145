/** Whether a text matches a pattern of literal characters, `?` and `*`: in linear time and space per star. */
function matchesStep(text: string, pattern: string): boolean {
  let at = 0;
  let inPattern = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    const wanted = pattern[inPattern];
    if (wanted === "*") {
      star = inPattern++;
      resume = at;
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[at])) {
      at++;
      inPattern++;
    } else if (star >= 0) {
      inPattern = star + 1;
      at = ++resume;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(inPattern));
}

/** As {@link matchesStep}, step by step; `**` stands for any number of steps. */
function matchesSteps(steps: readonly string[], pattern: readonly string[]): boolean {
  // The pattern's ends that the steps read so far can have reached.
  let reached = new Set(skip(0, pattern));
  for (const step of steps) {
    const next = new Set<number>();
    for (const at of reached) {
      const wanted = pattern[at];
      if (wanted === undefined) continue;
      if (wanted === "**") for (const end of skip(at, pattern)) next.add(end);
      else if (matchesStep(step, wanted)) for (const end of skip(at + 1, pattern)) next.add(end);
    }
    reached = next;
  }
  return reached.has(pattern.length);
}

function skip(at: number, pattern: readonly string[]): readonly number[] {
  const ends = [at];
  for (let end = at; pattern[end] === "**"; end++) ends.push(end + 1);
  return ends;
}

/**
 * Whether a path matches a pattern that a manifest gives: `*`, `?`, `**`, and `{a,b}` around the whole. Patterns of
 * manifests come from anybody, so they never become regular expressions.
 */
export function matchesWildcard(path: string, pattern: string): boolean {
  const alternatives = /^\{(.*)\}$/s.exec(pattern)?.[1]?.split(",") ?? [pattern];
  const steps = path.split("/");
  return alternatives.some((alternative) => matchesSteps(steps, alternative.split("/")));
}
