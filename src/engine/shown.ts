/** Whether a file lies in one of the folders, or is one of the files; `.` holds everything. */
export function isBelow(file: string, paths: readonly string[]): boolean {
  return paths.some((path) => path === "." || file === path || file.startsWith(`${path}/`));
}
