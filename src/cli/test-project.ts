import { realpathSync, statSync } from "node:fs";
import { dirname, relative, resolve, sep } from "node:path";
import { rulesFor } from "../../rules/load.ts";
import { requireRules } from "../config/load.ts";
import type { ContextFiles, LintInput } from "../engine/lint-input.ts";
import { type Platform, platformOf } from "../harness/platform.ts";
import { readTestFile } from "../harness/read-test-file.ts";
import type { ReadyFile } from "../harness/run.ts";
import type { Placed, TestFile } from "../harness/test-file.ts";
import { displayPath, listFiles, readSource, readSources } from "../load/files.ts";
import { loadFiles, prepareFiles } from "../load/load.ts";
import { commonFolder, folderOf } from "../load/sets/paths.ts";
import { type Config, type ConfigSet, emptyConfig } from "../model/config.ts";
import { UsageError } from "../model/errors.ts";
import type { SourceFile } from "../model/source.ts";
import type { Rule } from "../rule/define.ts";
import { loadValidators } from "../schema/validate.ts";
import type { Io } from "./io.ts";
import { aboveAll, inputOf } from "./lint-project.ts";
import { isInside, placeName, type Project, readProject } from "./project.ts";

const testName = /\.meshtest\.ya?ml$/;

/** Test files below some paths; a file that is named counts whatever it is called. */
function testPaths(io: Io, paths: readonly string[]): readonly string[] {
  const found = (paths.length === 0 ? ["."] : paths).flatMap((path) => {
    const absolute = resolve(io.cwd, path);
    const stats = statSync(absolute, { throwIfNoEntry: false });
    if (!stats) throw new UsageError(`no such file or folder: ${path}`);
    if (!stats.isDirectory()) return [displayPath(io.cwd, absolute)];
    return listFiles(absolute, { workingDirectory: io.cwd }).paths.filter((name) => testName.test(name));
  });
  if (found.length > 0) return [...new Set(found)].sort();
  throw new UsageError(`nothing to test in ${placeName(io.cwd, paths)}: there is no *.meshtest.yaml`);
}

function sourceOf(io: Io, path: string): SourceFile {
  const read = readSource(path, io.cwd);
  if (read.state === "read") return read.file;
  throw new UsageError(`${path}: ${read.file.reason}`);
}

/** Reads what test files name, and keeps them inside of the project. */
class Workspace {
  readonly #io: Io;
  readonly #project: Project;
  readonly #catalogue: readonly Rule[];
  readonly #files: Map<string, SourceFile>;
  readonly #platforms = new Map<string, Platform>();

  constructor(io: Io, project: Project, catalogue: readonly Rule[]) {
    this.#io = io;
    this.#project = project;
    this.#catalogue = catalogue;
    this.#files = new Map(project.files.map((file) => [file.path, file]));
  }

  /**
   * A path as the file system has it, links followed, lies in the project or the working directory: a test file of a
   * stranger cannot have others read or written.
   */
  isInside(path: string): boolean {
    const roots = [this.#io.cwd, ...this.#project.roots].map((root) => realpathSync(root));
    let real = resolve(this.#io.cwd, path);
    let rest = "";
    try {
      while (!statSync(real, { throwIfNoEntry: false }) && dirname(real) !== real) {
        rest = `${sep}${relative(dirname(real), real)}${rest}`;
        real = dirname(real);
      }
      const whole = `${realpathSync(real)}${rest}`;
      return roots.some((root) => isInside(whole, root));
    } catch {
      return false; // Links that lead round in circles, and what may not be looked at.
    }
  }

  async #read(placed: readonly Placed[], folder: string): Promise<readonly SourceFile[]> {
    const paths: string[] = [];
    for (const { text, where } of placed) {
      const found = await this.#listed(text, folder);
      if (found.length === 0)
        throw new UsageError(`${where}: ${JSON.stringify(text)} stands for no manifest`);
      const strange = found.find((path) => !this.isInside(path));
      if (strange !== undefined)
        throw new UsageError(`${where}: ${strange} lies outside of the project, and is not read`);
      paths.push(...found);
    }
    const unique = [...new Set(paths)].sort();
    const known = (path: string): SourceFile[] => {
      const file = this.#files.get(path);
      return file ? [file] : [];
    };
    const read = readSources(
      unique.filter((path) => !this.#files.has(path)),
      this.#io.cwd,
    );
    for (const file of read.files) this.#files.set(file.path, file);
    const [broken] = read.states.filter(({ state }) => state === "unreadable");
    if (broken)
      throw new UsageError(`${placed[0]?.where ?? folder}: cannot read ${broken.path}: ${broken.reason}`);
    return unique.flatMap(known);
  }

  /** The files that a path or glob stands for. */
  async #listed(text: string, folder: string): Promise<readonly string[]> {
    const { cwd } = this.#io;
    const absolute = resolve(cwd, folder, text);
    const stats = statSync(absolute, { throwIfNoEntry: false });
    if (stats?.isFile()) return [displayPath(cwd, absolute)];
    if (stats?.isDirectory())
      return this.isInside(absolute) ? listFiles(absolute, { workingDirectory: cwd }).paths : [absolute];
    const { default: fastGlob } = await import("fast-glob");
    return fastGlob
      .sync(text, { cwd: resolve(cwd, folder), absolute: true, followSymbolicLinks: false })
      .map((path) => displayPath(cwd, path))
      .sort();
  }

  /** The set that a file tests; files that test the same share it. */
  async platform(file: TestFile): Promise<Platform> {
    const { subject, profile, tenants, today } = file;
    const config: Config =
      tenants === null ? this.#project.config : withTenants(this.#project.config, tenants);
    const now = today === null ? new Date() : new Date(`${today}T00:00:00Z`);
    const options = { profile, rules: [], skip: [], severities: [], strict: false, sets: [] };
    const input = inputOf({ ...this.#project, config }, options, this.#catalogue, now);
    if (subject.type === "set") {
      const shownPaths = aboveAll(input.files);
      const chosen = { ...input, options: { ...input.options, sets: [subject.name], shownPaths } };
      return this.#shared(["set", subject.name, profile, tenants, today], chosen, subject.where);
    }
    const folder = folderOf(file.path);
    const files = await this.#read(subject.paths, folder);
    const context = await this.#read(subject.context, folder);
    const key = [files.map(({ path }) => path), context.map(({ path }) => path), subject.complete];
    const [{ where } = { where: file.path }] = subject.paths;
    if (loadFiles(files).documents.length === 0)
      throw new UsageError(`${where}: there are no Kubernetes objects in what manifests names`);
    return this.#shared(
      [...key, profile, tenants, today],
      ofManifests(input, files, context, subject.complete),
      where,
    );
  }

  #shared(key: readonly unknown[], input: LintInput, where: string): Platform {
    const text = JSON.stringify(key);
    const known = this.#platforms.get(text);
    if (known) return known;
    const platform = platformOf(input);
    this.#platforms.set(text, platform);
    try {
      prepareFiles(input.files);
      platform.graph();
    } catch (error) {
      if (error instanceof UsageError)
        throw new UsageError(`${where}: ${error.message.replace(/^--set: /, "")}`);
      throw error;
    }
    return platform;
  }
}

function withTenants(config: Config, tenants: Config["tenants"]): Config {
  return { ...config, tenants, sets: config.sets.map((set) => ({ ...set, tenants: [] })) };
}

/** Manifests as the one set of a project: levels of rules, profile and tenants are those of the config. */
function ofManifests(
  input: LintInput,
  files: readonly SourceFile[],
  context: readonly SourceFile[],
  complete: boolean,
): LintInput {
  const { profile, tenants, rules, file } = input.config;
  const path = commonFolder(files.map((source) => folderOf(source.path)));
  const beside: ContextFiles = { source: "context", files: context };
  const set: ConfigSet = {
    name: "manifests",
    path,
    render: "none",
    values: [],
    namespace: null,
    owns: [],
    context: [{ source: { type: "path", pattern: beside.source }, complete }],
    tenants: [],
    profile: {},
  };
  const { catalogue, certificates = null, now } = input;
  return {
    files,
    fileStates: [],
    config: { ...emptyConfig, file, profile, tenants, rules, sets: [set] },
    configFolder: ".",
    options: { ...input.options, shownPaths: aboveAll(files) },
    contextFiles: [beside],
    catalogue,
    certificates,
    now,
  };
}

export interface TestRequest {
  readonly paths: readonly string[];
  readonly config: string | null;
}

export interface TestProject {
  readonly files: readonly ReadyFile[];
}

/**
 * Finds and reads test files, and what they are about.
 *
 * @throws UsageError for wrong usage, a broken config, and everything that is wrong with test files, a line each
 */
export async function testProject(io: Io, { paths, config }: TestRequest): Promise<TestProject> {
  const wanted = paths.length === 0 ? ["."] : paths;
  const sources = testPaths(io, paths).map((path) => sourceOf(io, path));
  const folders = wanted.map((path) =>
    statSync(resolve(io.cwd, path)).isDirectory()
      ? path
      : displayPath(io.cwd, dirname(resolve(io.cwd, path))),
  );
  const project = await readProject(io, folders, { config, packages: true, sets: [] });
  const catalogue = await rulesFor(null);
  const ids = catalogue.map(({ id }) => id);
  requireRules(project.patterns, ids);
  const workspace = new Workspace(io, project, catalogue);
  const problems: string[] = [];
  const files = sources.flatMap((source) => {
    const reading = readTestFile(source, ids);
    if ("problems" in reading) problems.push(...reading.problems);
    return "file" in reading ? [reading.file] : [];
  });
  for (const { tests } of files) {
    for (const { expectation } of tests) {
      if (expectation.kind !== "snapshot" || workspace.isInside(expectation.path)) continue;
      problems.push(`${expectation.where}: ${expectation.path} lies outside of the project`);
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  await loadValidators();
  const ready: ReadyFile[] = [];
  for (const file of files) {
    try {
      ready.push({ file, platform: await workspace.platform(file) });
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push(error.message);
    }
  }
  if (problems.length > 0) throw new UsageError(problems.join("\n"));
  return { files: ready };
}
