import type { Edit, Finding, Fix } from "../model/finding.ts";
import type { Report } from "../model/report.ts";
import { type Position, positionAt, type SourceFile } from "../model/source.ts";
import { conflict } from "./apply.ts";
import { findingKey, stayingFinding } from "./compare-findings.ts";
import { byFile, edited, editsKey, unshifted, worsening } from "./trial.ts";

/** What {@link fixAll} needs, as values: it reads no file and runs no rule by itself. */
export interface FixInput {
  readonly files: readonly SourceFile[];
  /** Also the fixes that a person should look at. */
  readonly review: boolean;
  /** What the user asked about: the findings that are fixed. Asked often for the same files, so it should remember. */
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
  /** By place. */
  readonly done: readonly DoneFix[];
  readonly withheld: readonly WithheldFix[];
  /** What is found in the files as they are now. */
  readonly report: Report;
  /** False: the bounds on passes and tries were reached, and another run may do more. */
  readonly settled: boolean;
}

/** Fixes that overlap, or follow from each other, take a pass each. */
const mostPasses = 40;
/** How often changes may be tried, over all passes: each try lints everything. */
const mostTries = 400;
/** How many times the fixes of what a fix causes may cause something themselves. */
const mostSteps = 4;

/** A fix that may be done in this pass; its edits name the file on disk. */
interface Candidate {
  readonly finding: Finding;
  readonly fix: Fix;
  readonly edits: readonly Edit[];
}

/** Fixes that are done at once, in offsets of the same texts. */
type Step = readonly Candidate[];

const editsOf = (step: Step): readonly Edit[] => step.flatMap((candidate) => candidate.edits);

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** As many as do not touch the same text; the first ones win. */
function withoutConflicts(candidates: readonly Candidate[]): Step {
  const chosen: Candidate[] = [];
  for (const candidate of candidates)
    if (!chosen.some((other) => conflict(other.edits, candidate.edits))) chosen.push(candidate);
  return chosen;
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

class Run {
  readonly #input: FixInput;
  readonly #originals: ReadonlyMap<string, SourceFile>;
  #files: readonly SourceFile[];
  readonly #done: DoneFix[] = [];
  /** What is refused, and why, by the finding's key. */
  #withheld = new Map<string, WithheldFix>();
  /** Keys of findings whose fixes were refused since all were looked at anew. */
  readonly #refused = new Set<string>();
  /** Edits that were done by file, each list in offsets of the text before it. */
  readonly #history = new Map<string, (readonly Edit[])[]>();
  #tries = 0;

  constructor(input: FixInput) {
    this.#input = input;
    this.#files = input.files;
    this.#originals = new Map(input.files.map((file) => [file.path, file]));
  }

  get exhausted(): boolean {
    return this.#tries >= mostTries;
  }

  /** The fixes that may be done in a state of the files, in the order of their findings. */
  #candidates(files: readonly SourceFile[], withhold: (entry: WithheldFix) => void): readonly Candidate[] {
    const { shown, everything, review, locked, fileOf } = this.#input;
    const current = new Set(files);
    const all = everything(files);
    const found: Candidate[] = [];
    for (const finding of shown(files).findings) {
      const { fix, suppressed } = finding;
      if (suppressed !== null || fix === null || fix.edits.length === 0) continue;
      if (fix.safety === "review" && !review) continue;
      const foreign = fix.edits.find((edit) => !current.has(edit.file));
      const reasons = fix.edits.map((edit) => locked(edit.file.path));
      const reason =
        (foreign && `it would change ${foreign.file.path}, which is only context`) ??
        reasons.find((text) => text !== null) ??
        (disputed(finding, all) ? "another set that holds the file asks for another change" : null);
      if (reason !== null) {
        withhold({ finding, fix, reason });
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

  readonly #withhold = (entry: WithheldFix): void => {
    this.#withheld.set(findingKey(entry.finding), entry);
  };

  /** Does as many of the fixes as may be done, halving the batch to find those that may not. */
  #accept(start: readonly SourceFile[], accepted: Candidate[], batch: Step): void {
    const [only] = batch;
    if (only === undefined || this.exhausted) return;
    this.#tries++;
    const { shown, everything, fileOf } = this.#input;
    const { files, objection } = edited(start, editsOf([...accepted, ...batch]), fileOf);
    const stays = (): string | null =>
      stayingFinding(
        shown(this.#files),
        shown(files),
        batch.map(({ finding }) => finding),
      ) && "the finding would stay";
    const reason = objection ?? worsening(everything(this.#files), everything(files)) ?? stays();
    if (reason === null) {
      this.#files = files;
      accepted.push(...batch);
    } else if (batch.length === 1) this.#withhold({ finding: only.finding, fix: only.fix, reason });
    else {
      const middle = Math.ceil(batch.length / 2);
      this.#accept(start, accepted, batch.slice(0, middle));
      this.#accept(start, accepted, batch.slice(middle));
    }
  }

  /**
   * Does a fix together with the fixes of what it would cause, and of what these would; nothing if something would
   * still be worse then.
   */
  #acceptChain(first: Candidate): boolean {
    const { shown, everything, fileOf } = this.#input;
    const before = this.#files;
    const known = new Set(shown(before).findings.map(findingKey));
    const steps: { readonly step: Step; readonly candidates: readonly Candidate[] }[] = [];
    let files = before;
    let candidates: readonly Candidate[] = [first];
    while (candidates.length > 0 && steps.length <= mostSteps && !this.exhausted) {
      this.#tries++;
      const step = withoutConflicts(candidates);
      const result = edited(files, editsOf(step), fileOf);
      if (result.objection !== null) return false;
      steps.push({ step, candidates });
      files = result.files;
      if (worsening(everything(before), everything(files)) === null) {
        if (stayingFinding(shown(before), shown(files), [first.finding])) return false;
        for (const { step: done, candidates: offered } of steps) this.#record(offered, done);
        this.#files = files;
        return true;
      }
      candidates = this.#candidates(files, () => {}).filter(({ finding }) => !known.has(findingKey(finding)));
    }
    return false;
  }

  /** Of these candidates, the keys of those that are refused. */
  #refusedOf(candidates: readonly Candidate[]): readonly string[] {
    return candidates
      .map((candidate) => findingKey(candidate.finding))
      .filter((key) => this.#withheld.has(key));
  }

  /**
   * Looks at the fixes that no pass has refused yet. When they are through, all are looked at anew, since one fix may
   * have cleared the way for another: so the last pass, which changes nothing, is what a second run would begin with.
   *
   * @returns whether there may be more to do
   */
  pass(): boolean {
    const anew = this.#refused.size === 0;
    if (anew) this.#withheld = new Map();
    const start = this.#files;
    const candidates = this.#candidates(start, this.#withhold).filter(
      (candidate) => !this.#refused.has(findingKey(candidate.finding)),
    );
    const accepted: Candidate[] = [];
    // What touches the text of a fix that was refused has its turn after it.
    let open = candidates;
    while (open.length > 0) {
      const step = withoutConflicts(open);
      this.#accept(start, accepted, step);
      open = open.filter(
        (candidate) =>
          !step.includes(candidate) && !accepted.some((other) => conflict(other.edits, candidate.edits)),
      );
    }
    this.#record(candidates, accepted);
    for (const key of this.#refusedOf(candidates)) this.#refused.add(key);
    if (accepted.length > 0) return true;
    if (anew) return this.#chains(candidates);
    this.#refused.clear();
    return true;
  }

  /** @returns whether a fix that was refused could be done together with what it causes */
  #chains(candidates: readonly Candidate[]): boolean {
    let changed = false;
    for (const key of this.#refusedOf(candidates)) {
      const now = this.#candidates(this.#files, () => {}).find(({ finding }) => findingKey(finding) === key);
      if (!now || !this.#acceptChain(now)) continue;
      this.#withheld.delete(key);
      this.#refused.delete(key);
      changed = true;
    }
    return changed;
  }

  /** Notes what was done, also for findings that the very same edits have fixed. */
  #record(candidates: readonly Candidate[], step: Step): void {
    const { fileOf } = this.#input;
    const keys = new Set(step.map((candidate) => editsKey(candidate.edits)));
    for (const { finding, fix, edits } of candidates) {
      if (!keys.has(editsKey(edits))) continue;
      const { at } = finding;
      const original = this.#originals.get(at.file.path) ?? at.file;
      const offset = (this.#history.get(fileOf(at.file.path)) ?? []).reduceRight(unshifted, at.start);
      this.#done.push({ finding, fix, position: positionAt(original, offset) });
    }
    for (const [path, mine] of byFile(editsOf(step)))
      this.#history.set(path, [...(this.#history.get(path) ?? []), mine]);
  }

  outcome(settled: boolean): FixOutcome {
    const { shown, fileOf } = this.#input;
    const changed = new Map<string, ChangedFile>();
    for (const { path, text } of this.#files) {
      const before = this.#originals.get(path)?.text ?? text;
      if (before !== text) changed.set(fileOf(path), { path, before, after: text });
    }
    return {
      files: this.#files,
      changed: [...changed.values()].sort((a, b) => byText(a.path, b.path)),
      done: this.#done.toSorted(
        (a, b) =>
          byText(a.finding.at.file.path, b.finding.at.file.path) ||
          a.position.line - b.position.line ||
          a.position.column - b.position.column ||
          byText(a.finding.rule, b.finding.rule),
      ),
      withheld: [...this.#withheld.values()],
      report: shown(this.#files),
      settled,
    };
  }
}

/**
 * Applies the fixes of findings in memory, pass by pass, until none is left that may be done. A fix is done only if
 * afterwards its finding is gone, no rule finds more anywhere (once what it causes is fixed as well), every document
 * can be read, and nothing has changed but where it edits. Pure and deterministic: fixes go by the order of their
 * findings; of two that overlap the first is done, and the second is looked at again in the next pass.
 */
export function fixAll(input: FixInput): FixOutcome {
  const run = new Run(input);
  let settled = false;
  for (let passes = 0; passes < mostPasses && !run.exhausted && !settled; passes++)
    settled = !run.pass() && !run.exhausted;
  return run.outcome(settled);
}
