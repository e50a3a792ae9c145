/**
 * A path below a folder, without `.` and with `..` resolved as far as it goes: both with `/`, relative to the
 * working directory. Text only, so that a browser can do it; `.` is the working directory itself.
 */
export function joinPath(folder: string, path: string): string {
  const absolute = path.startsWith("/") || folder.startsWith("/");
  const parts: string[] = [];
  for (const step of (path.startsWith("/") ? path : `${folder}/${path}`).split("/")) {
    if (step === "" || step === ".") continue;
    if (step === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else parts.push(step);
  }
  if (absolute) return `/${parts.join("/")}`;
  return parts.length === 0 ? "." : parts.join("/");
}

/** The folder that holds a file or folder. */
export function folderOf(path: string): string {
  return joinPath(path, "..");
}

/** The last step of a path. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Whether a path is a folder or lies below it. */
export function isWithin(path: string, folder: string): boolean {
  if (!/^(\.|\.\.(\/\.\.)*)$/.test(folder)) return path === folder || path.startsWith(`${folder}/`);
  const climbed = (text: string) => text.split("/").filter((step) => step === "..").length;
  return !path.startsWith("/") && climbed(path) <= climbed(folder);
}

/** The innermost folder that holds all of some folders, of which there is at least one. */
export function commonFolder(folders: readonly string[]): string {
  return folders.reduce((common, folder) => {
    let here = common;
    while (!isWithin(folder, here)) here = folderOf(here);
    return here;
  });
}

/** The way from a folder to a path; both relative to the same folder, and neither climbs out of it. */
function relativePath(from: string, to: string): string {
  if (isWithin(to, from)) return from === "." ? to : joinPath(".", to.slice(from.length + 1));
  return joinPath("..", relativePath(folderOf(from), to));
}

/** A repository as seen from the working directory. */
export interface Tree {
  /** The root's path, relative to the working directory. */
  readonly root: string;
  /** The path of something in the repository, relative to its root. */
  inRoot(path: string): string;
  /** The opposite of {@link Tree.inRoot}. */
  fromRoot(path: string): string;
}

/**
 * @param root the root's path relative to the working directory: `.`, `sub/repo`, `../..`
 * @param below where a root such as `../..` is above it, the working directory relative to the root
 */
export function treeAt(root: string, below?: string): Tree {
  const here = joinPath(".", root);
  if (!here.startsWith("..")) {
    return {
      root: here,
      inRoot: (path) => relativePath(here, path),
      fromRoot: (path) => joinPath(here, path),
    };
  }
  // Without `below` names stay unknown, but the number of steps is right.
  const folder = joinPath(".", below ?? here.replaceAll("..", "?"));
  return {
    root: here,
    inRoot: (path) => joinPath(folder, path),
    fromRoot: (path) => relativePath(folder, joinPath(".", path)),
  };
}
