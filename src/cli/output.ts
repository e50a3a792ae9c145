import { randomUUID } from "node:crypto";
import {
  constants,
  copyFileSync,
  fchmodSync,
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { UsageError } from "../model/errors.ts";
import type { Io } from "./io.ts";

/** Whether to colour what goes to standard output: flags count before NO_COLOR, that before FORCE_COLOR. */
export function wantsColor(io: Io, flag: boolean | null): boolean {
  const { NO_COLOR, FORCE_COLOR, CI, TERM } = io.env;
  if (flag !== null) return flag;
  if (NO_COLOR !== undefined && NO_COLOR !== "") return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== "") return FORCE_COLOR !== "0" && FORCE_COLOR !== "false";
  // A log that is kept is no terminal, even where the job has one.
  return io.stdout.isTTY === true && TERM !== "dumb" && (CI === undefined || CI === "" || CI === "false");
}

function reasonOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "its folder does not exist";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "no permission";
    case "ENOSPC":
      return "no space left";
    case "EEXIST":
      return "it exists, and is not overwritten";
    default:
      return code === "" ? String(error) : code;
  }
}

function replace(file: string, beside: string, text: string, mode: number | null): void {
  const descriptor = openSync(beside, "wx");
  try {
    writeFileSync(descriptor, text);
    if (mode !== null) fchmodSync(descriptor, mode & 0o777);
    renameSync(beside, file);
  } catch (error) {
    rmSync(beside, { force: true });
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Writes a file as a whole or not at all: beside the old one first, then in its place. A link is replaced, never
 * followed; a device or pipe is written to. The file keeps its permissions.
 *
 * @throws UsageError if it cannot be written
 */
export function writeWhole(cwd: string, path: string, text: string): void {
  const file = resolve(cwd, path);
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const old = lstatSync(file, { throwIfNoEntry: false });
    const followed = old && statSync(file, { throwIfNoEntry: false });
    if (old?.isDirectory() || (old === undefined && path.endsWith("/"))) {
      throw new UsageError(`cannot write ${path}: it is a folder`);
    }
    if (followed && !followed.isFile() && !followed.isDirectory()) {
      writeFileSync(file, text);
      return;
    }
    replace(file, beside, text, old?.isFile() ? old.mode : null);
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}

/** Gives a file its name, which nothing may have yet. */
function settle(beside: string, file: string): void {
  try {
    linkSync(beside, file);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") throw error;
    // A file system without links.
    copyFileSync(beside, file, constants.COPYFILE_EXCL);
  }
}

/**
 * Writes a file that is not there yet, as a whole or not at all. Whatever has the name already, a link without a
 * target as well, stays as it is.
 *
 * @throws UsageError if there is such a file, or it cannot be written
 */
export function writeNew(cwd: string, path: string, text: string): void {
  const file = resolve(cwd, path);
  const beside = join(dirname(file), `.${basename(file)}.${randomUUID()}.tmp`);
  try {
    const descriptor = openSync(beside, "wx");
    try {
      writeFileSync(descriptor, text);
      settle(beside, file);
    } finally {
      closeSync(descriptor);
      rmSync(beside, { force: true });
    }
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${reasonOf(error)}`);
  }
}
