/** `.`, `..`, `../..`: the working directory and the folders that it lies in. */
const upward = /^(?:\.|\.\.(?:\/\.\.)*)$/;

/** How many folders above the working directory a path begins. */
function height(path: string): number {
  const steps = path.split("/");
  const down = steps.findIndex((step) => step !== "..");
  return down < 0 ? steps.length : down;
}

/**
 * Whether a file lies in one of the folders, or is one of the files. All are relative to the working directory:
 * `.` holds what does not begin with `..`, and `..` holds that too.
 */
export function isBelow(file: string, paths: readonly string[]): boolean {
  return paths.some(
    (path) =>
      file === path || (upward.test(path) ? height(file) <= height(path) : file.startsWith(`${path}/`)),
  );
}
