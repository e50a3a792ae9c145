import { loadFiles } from "../load/load.ts";
import type { Edit, Finding, Fix } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { type Position, positionAt, type SourceFile } from "../model/source.ts";
import { applyEdits, conflict } from "./apply.ts";
import { strayChange } from "./changes.ts";
import { addedFinding, findingKey, stayingFinding } from "./compare-findings.ts";

/** What {@link fixAll} needs, as values: it reads no file and runs no rule by itself. */
export interface FixInput {
  readonly files: readonly SourceFile[];
  /** Also the fixes that a person should look at. */
  readonly review: boolean;
  /** What the user asked about: the findings that are fixed. */
  readonly shown: (files: readonly SourceFile[]) => Report;
  /** Every rule in every set: what a fix must not make worse. */
  readonly everything: (files: readonly SourceFile[]) => Report;
  /** Why a file is not to be changed; null if it may be. */
  readonly locked: (path: string) => string | null;
  /** One text for all paths of one file on disk (links to it). */
  readonly fileOf: (path: string) => string;
}

/** A fix that was done, with the place of its finding in the file as it was before the first pass. */
export interface DoneFix {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly position: Position;
}

/** A fix that was not done, and why. */
export interface WithheldFix {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly reason: string;
}

export interface ChangedFile {
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

export interface FixOutcome {
  readonly files: readonly SourceFile[];
  /** One entry for each file on disk, sorted by path. */
  readonly changed: readonly ChangedFile[];
  readonly done: readonly DoneFix[];
  readonly withheld: readonly WithheldFix[];
  /** What is found in the files as they are now. */
  readonly report: Report;
  readonly passes: number;
  /** False: the bounds on passes and tries were reached, and another run may do more. */
  readonly settled: boolean;
}

/** Fixes that overlap, or follow from each other, take a pass each. */
const mostPasses = 10;
/** How often a batch of fixes may be tried, over all passes: each try lints everything. */
const mostTries = 300;

/** A fix that may be done in this pass; its edits name the file on disk. */
interface Candidate {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly edits: readonly Edit[];
}

/** Equal for edits that do the same. */
function editsKey(edits: readonly Edit[]): string {
  return JSON.stringify(edits.map(({ file, start, end, text }) => [file.path, start, end, text]));
}

function byFile(edits: readonly Edit[]): ReadonlyMap<string, readonly Edit[]> {
  const groups = new Map<string, Edit[]>();
  for (const edit of edits) groups.set(edit.file.path, [...(groups.get(edit.file.path) ?? []), edit]);
  return groups;
}

/** Another set finds the same place wrong, and asks for something else. */
function disputed(finding: Finding, everything: Report): boolean {
  return everything.findings.some(
    (other) =>
      other.rule === finding.rule &&
      other.at.file.path === finding.at.file.path &&
      other.at.start === finding.at.start &&
      other.path === finding.path &&
      !other.sets.some((set) => finding.sets.includes(set)) &&
      editsKey(other.fix?.edits ?? []) !== editsKey(finding.fix?.edits ?? []),
  );
}

/** The offset before edits of an offset after them; inside what they wrote, the place of that edit. */
function unshifted(offset: number, edits: readonly Edit[]): number {
  let shift = 0;
  for (const { start, end, text } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (offset < start + shift) break;
    if (offset < start + shift + text.length) return start;
    shift += text.length - (end - start);
  }
  return offset - shift;
}

class Run {
  readonly #input: FixInput;
  readonly #originals: ReadonlyMap<string, SourceFile>;
  files: readonly SourceFile[];
  readonly done: DoneFix[] = [];
  readonly withheld = new Map<string, WithheldFix>();
  /** Edits of earlier passes by file, each list in offsets of the text before it. */
  readonly #history = new Map<string, (readonly Edit[])[]>();
  #tries = 0;

  constructor(input: FixInput) {
    this.#input = input;
    this.files = input.files;
    this.#originals = new Map(input.files.map((file) => [file.path, file]));
  }

  get exhausted(): boolean {
    return this.#tries >= mostTries;
  }

  /** The fixes that may be done in the files as they are. */
  #candidates(): readonly Candidate[] {
    const { shown, everything, review, locked, fileOf } = this.#input;
    const texts = new Map(this.files.map((file) => [file.path, file]));
    const all = everything(this.files);
    const found: Candidate[] = [];
    for (const finding of shown(this.files).findings) {
      const { fix, suppressed } = finding;
      if (suppressed !== null || fix === null || fix.edits.length === 0) continue;
      if (fix.safety === "review" && !review) continue;
      const foreign = fix.edits.find((edit) => texts.get(edit.file.path) !== edit.file);
      const reasons = fix.edits.map((edit) => locked(edit.file.path));
      const reason =
        (foreign && `it would change ${foreign.file.path}, which only is context`) ??
        reasons.find((text) => text !== null) ??
        (disputed(finding, all) ? "another set that holds the file asks for another change" : null);
      if (reason !== null) {
        this.#withhold({ finding, fix, reason });
        continue;
      }
      const edits = fix.edits.map((edit) => ({
        ...edit,
        file: { path: fileOf(edit.file.path), text: edit.file.text },
      }));
      found.push({ finding, fix, edits });
    }
    return found;
  }

  #withhold(entry: WithheldFix): void {
    this.withheld.set(findingKey(entry.finding), entry);
  }

  /** The files with edits done, all of them in offsets of the files at the pass's beginning. */
  #edited(files: readonly SourceFile[], edits: readonly Edit[]): readonly SourceFile[] {
    const groups = byFile(edits);
    return files.map((file) => {
      const mine = groups.get(this.#input.fileOf(file.path));
      return mine === undefined ? file : { path: file.path, text: applyEdits(file.text, mine) };
    });
  }

  /** Why a batch must not be done on top of what this pass has accepted; null if it may. */
  #objection(start: readonly SourceFile[], accepted: readonly Edit[], batch: readonly Candidate[]) {
    const { shown, everything } = this.#input;
    this.#tries++;
    const edits = [...accepted, ...batch.flatMap((candidate) => candidate.edits)];
    const files = this.#edited(start, edits);
    const touched = new Set(edits.map((edit) => edit.file.path));
    for (const [index, file] of files.entries()) {
      const before = start[index];
      if (before === undefined || before === file || !touched.has(this.#input.fileOf(file.path))) continue;
      const mine = edits.filter((edit) => edit.file.path === this.#input.fileOf(file.path));
      const stray = strayChange(documentsOf(before), documentsOf(file), mine);
      if (stray !== null) return { files, reason: stray };
    }
    const all = everything(files);
    const before = everything(this.files);
    if (all.crashes.length > before.crashes.length)
      return { files, reason: `a rule crashes on the result: ${all.crashes.at(-1)?.rule}` };
    const added = addedFinding(before, all);
    if (added) {
      const { line } = positionAt(added.at.file, added.at.start);
      const place = `${added.at.file.path}:${line}`;
      return { files, reason: `it would cause ${added.rule} at ${place}: ${added.message}` };
    }
    const fixed = batch.map((candidate) => candidate.finding);
    const stays = stayingFinding(shown(this.files), shown(files), fixed);
    return { files, reason: stays && "the finding would stay" };
  }

  /** Does as many of the fixes as may be done, halving the batch to find those that may not. */
  #accept(start: readonly SourceFile[], accepted: Candidate[], batch: readonly Candidate[]): void {
    const [only] = batch;
    if (only === undefined || this.exhausted) return;
    const edits = accepted.flatMap((candidate) => candidate.edits);
    const { files, reason } = this.#objection(start, edits, batch);
    if (reason === null) {
      this.files = files;
      accepted.push(...batch);
      return;
    }
    if (batch.length === 1) {
      this.#withhold({ finding: only.finding, fix: only.fix, reason });
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    this.#accept(start, accepted, batch.slice(0, middle));
    this.#accept(start, accepted, batch.slice(middle));
  }

  /**
   * Looks at all fixes anew, also at those that an earlier pass has refused: another fix may have cleared the way. So
   * the last pass, which changes nothing, is what a second run would begin with.
   *
   * @returns whether anything was changed
   */
  pass(): boolean {
    this.withheld.clear();
    const candidates = this.#candidates();
    const chosen: Candidate[] = [];
    for (const candidate of candidates)
      if (!chosen.some((other) => conflict(other.edits, candidate.edits))) chosen.push(candidate);
    const accepted: Candidate[] = [];
    this.#accept(this.files, accepted, chosen);
    this.#record(candidates, accepted);
    return accepted.length > 0;
  }

  /** Notes what was done, also for findings that the very same edits have fixed. */
  #record(candidates: readonly Candidate[], accepted: readonly Candidate[]): void {
    const { fileOf } = this.#input;
    const edited = new Set(accepted.map((candidate) => editsKey(candidate.edits)));
    for (const { finding, fix, edits } of candidates) {
      if (!edited.has(editsKey(edits))) continue;
      const { at } = finding;
      const original = this.#originals.get(at.file.path) ?? at.file;
      const offset = (this.#history.get(fileOf(at.file.path)) ?? []).reduceRight(unshifted, at.start);
      this.done.push({ finding, fix, position: positionAt(original, offset) });
    }
    const edits = accepted.flatMap((candidate) => candidate.edits);
    for (const [path, mine] of byFile(edits))
      this.#history.set(path, [...(this.#history.get(path) ?? []), mine]);
  }

  outcome(passes: number, settled: boolean): FixOutcome {
    const { shown, fileOf } = this.#input;
    const changed = new Map<string, ChangedFile>();
    for (const { path, text } of this.files) {
      const before = this.#originals.get(path)?.text ?? text;
      const file = fileOf(path);
      if (before !== text && (!changed.has(file) || path === file))
        changed.set(file, { path, before, after: text });
    }
    const report = shown(this.files);
    const open = new Set(report.findings.map(findingKey));
    return {
      files: this.files,
      changed: [...changed.values()].sort((a, b) => (a.path < b.path ? -1 : 1)),
      done: this.done,
      withheld: [...this.withheld.values()].filter(({ finding }) => open.has(findingKey(finding))),
      report,
      passes,
      settled,
    };
  }
}

/** Parsed once for each text, as the linter parses it. */
function documentsOf(file: SourceFile) {
  return loadFiles([file]).documents;
}

/**
 * Applies the fixes of findings in memory, pass by pass, until none is left that may be done. A fix is done only if
 * afterwards its finding is gone, no rule finds more anywhere, every document can be read, and nothing has changed
 * but where it edits. Pure and deterministic: fixes go by the order of their findings; of two that overlap the first
 * is done, and the second is looked at again in the next pass.
 */
export function fixAll(input: FixInput): FixOutcome {
  const run = new Run(input);
  let passes = 0;
  let settled = false;
  while (passes < mostPasses && !run.exhausted && !settled) {
    passes++;
    settled = !run.pass() && !run.exhausted;
  }
  return run.outcome(passes, settled);
}
