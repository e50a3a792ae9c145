import { accessSync, constants, lstatSync, readFileSync, realpathSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isBelow } from "../engine/shown.ts";
import type { ChangedFile } from "../fix/fix-all.ts";
import { decodeSource } from "../load/files.ts";
import { UsageError } from "../model/errors.ts";
import type { SourceFile } from "../model/source.ts";
import { writeWhole } from "./output.ts";
import { isInside, type Project, stdinPath } from "./project.ts";

const byteOrderMark = "\uFEFF";

/** The files of a project as the disk has them: which are one, and which may be changed. */
export class ProjectFiles {
  readonly #cwd: string;
  readonly #project: Project;
  /** Folders that the project consists of, with no link in their paths. */
  readonly #folders: readonly string[];
  readonly #known: ReadonlySet<string>;
  readonly #real = new Map<string, string>();
  readonly #locks = new Map<string, string | null>();

  constructor(cwd: string, project: Project) {
    this.#cwd = cwd;
    this.#project = project;
    const folderOf = (path: string): string => (statSync(path).isDirectory() ? path : dirname(path));
    this.#folders = project.roots.map((root) => realpathSync(folderOf(root)));
    this.#known = new Set(project.files.map((file) => file.path));
  }

  /** One text for all paths that lead to one file: its absolute path without links. */
  readonly fileOf = (path: string): string => {
    if (path === stdinPath) return path;
    const known = this.#real.get(path);
    if (known !== undefined) return known;
    const full = resolve(this.#cwd, path);
    const real = this.#known.has(path) ? realpathSync(full) : full;
    this.#real.set(path, real);
    return real;
  };

  /** Why a file is not to be changed; null if it may be. */
  readonly locked = (path: string): string | null => {
    if (path === stdinPath) return null;
    const known = this.#locks.get(path);
    if (known !== undefined) return known;
    const reason = this.#lockOf(path);
    this.#locks.set(path, reason);
    return reason;
  };

  #lockOf(path: string): string | null {
    if (!this.#known.has(path)) return `${path} is no file of the project`;
    if (!isBelow(path, this.#project.shownPaths))
      return `it would change ${path}, which is not among the given paths`;
    const real = this.fileOf(path);
    if (!this.#folders.some((folder) => isInside(real, folder)))
      return `${path} leads out of the project by a link`;
    try {
      accessSync(real, constants.W_OK);
      accessSync(dirname(real), constants.W_OK);
    } catch {
      return `${path} may not be written (no permission)`;
    }
    return null;
  }
}

/** The bytes of a file as text, its byte order mark kept; null if it is no text any more, or gone. */
function textOf(absolute: string, path: string): { readonly text: string; readonly mark: string } | null {
  try {
    const bytes = readFileSync(absolute);
    const read = decodeSource(path, bytes);
    if (read.state !== "read") return null;
    return {
      text: read.file.text,
      mark: bytes.toString("utf8").startsWith(byteOrderMark) ? byteOrderMark : "",
    };
  } catch {
    return null;
  }
}

/** Texts as they stand on disk: with the byte order mark that the file has. */
export function withMark(cwd: string, change: ChangedFile): ChangedFile {
  const mark = textOf(resolve(cwd, change.path), change.path)?.mark ?? "";
  return { ...change, before: mark + change.before, after: mark + change.after };
}

/**
 * Writes what fixes made of files: each as a whole or not at all, with its permissions and byte order mark. A link
 * stays a link, and the file that it leads to is written.
 *
 * @throws UsageError if a file is not what it was when it was read; the files before it are written then, except where
 * that shows before the first is written
 */
export function writeFixed(cwd: string, changes: readonly ChangedFile[], files: ProjectFiles): void {
  const targets = changes.map((change) => ({ change, real: files.fileOf(change.path) }));
  const stale = targets.find(({ change, real }) => isChanged(real, change));
  if (stale)
    throw new UsageError(
      `${stale.change.path} has changed since it was read: nothing is written, run meshlint fix again`,
    );
  const written: string[] = [];
  for (const { change, real } of targets) {
    const now = textOf(real, change.path);
    if (now === null || isChanged(real, change))
      throw new UsageError(
        `${change.path} has changed since it was read and is left alone; ` +
          `written before: ${written.length === 0 ? "nothing" : written.join(", ")}`,
      );
    writeWhole(cwd, real, now.mark + change.after);
    written.push(change.path);
  }
}

function isChanged(real: string, change: ChangedFile): boolean {
  const stats = lstatSync(real, { throwIfNoEntry: false });
  return stats === undefined || !stats.isFile() || textOf(real, change.path)?.text !== change.before;
}

/** Standard input, kept as it came: its byte order mark, and whether it is text at all. */
export class KeptInput {
  readonly #chunks: Uint8Array[] = [];

  /** The same bytes for the next reader. */
  async *kept(stdin: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
    const encoder = new TextEncoder();
    for await (const chunk of stdin) {
      const bytes = typeof chunk === "string" ? encoder.encode(chunk) : chunk;
      this.#chunks.push(bytes);
      yield bytes;
    }
  }

  /** The byte order mark that it began with, or nothing. @throws UsageError if it is no UTF-8 text */
  mark(file: SourceFile): string {
    const bytes = Buffer.concat(this.#chunks);
    const text = bytes.toString("utf8");
    if (!Buffer.from(text, "utf8").equals(bytes))
      throw new UsageError("standard input is no UTF-8 text, and fix would not give it back as it is");
    return text === file.text ? "" : byteOrderMark;
  }
}
