/**
 * `npm run bench`: how fast meshlint starts and lints, beside a budget and beside other readers of the same data.
 * Everything is measured in new processes of the built code, and told as the median; nothing here is a test.
 * `--rules` adds the time of each rule, `--runs N` changes the number of runs (default 7).
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { nodeBuild } from "../scripts/build.ts";
import { root } from "../scripts/catalogue.ts";
import type { Measured } from "./child.ts";
import { corpus, knativeService, type Mix } from "./corpus.ts";

const { values: options } = parseArgs({
  options: { rules: { type: "boolean", default: false }, runs: { type: "string", default: "7" } },
});
const runs = Math.max(1, Number(options.runs) || 7);

/** Everything happens here, away from any config. */
const work = mkdtempSync(join(tmpdir(), "meshlint-bench-"));

// More certificates make each start of Node 20 about 30 ms slower, whatever the program.
const { NODE_EXTRA_CA_CERTS: _certificates, ...environment } = process.env;

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

function node(...args: readonly string[]): { readonly stdout: string; readonly ms: number } {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: work,
    encoding: "utf8",
    env: environment,
    maxBuffer: 1 << 28,
  });
  const ms = performance.now() - start;
  if (status === null || status > 1) throw new Error(`node ${args.join(" ")}: ${status}\n${stderr}`);
  return { stdout, ms };
}

/**
 * Milliseconds of whole processes, by command. They take turns, so that a busy moment of the machine meets them all;
 * the first turn warms the disk only.
 */
function starts(commands: readonly (readonly string[])[]): readonly (readonly number[])[] {
  for (const args of commands) node(...args);
  const turns = Array.from({ length: runs * 3 }, () => commands.map((args) => node(...args).ms));
  return commands.map((_, index) => turns.map((turn) => turn[index] ?? 0));
}

function measure(child: string, mode: string, folder: string): readonly Measured[] {
  return Array.from({ length: runs }, () => JSON.parse(node(child, mode, folder).stdout));
}

const total = ({ steps }: Measured): number => Object.values(steps).reduce((sum, ms) => sum + ms, 0);
const rate = (documents: number, ms: number): string =>
  `${Math.round((documents / ms) * 1000).toLocaleString("en")} documents/s`;

function print(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
  process.stdout.write("\n");
}

const ms = (number: number): string => `${number.toFixed(number < 10 ? 1 : 0)} ms`;

function writeCorpus(folder: string, documents: number, mix: Mix = "mixed"): void {
  for (const { path, text } of corpus(documents, mix)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

function benchStart(meshlint: string, file: string): void {
  const rows = [
    { name: "node --eval 0", args: ["--eval", "0"], budget: "" },
    { name: "meshlint --version", args: [meshlint, "--version"], budget: "35 ms" },
    { name: "meshlint, one small file", args: [meshlint, file], budget: "90 ms" },
  ];
  const times = starts(rows.map(({ args }) => args));
  print([
    [`cold start (${runs * 3} runs)`, "median", "best", "budget"],
    ...rows.map(({ name, budget }, index) => {
      const all = times[index] ?? [];
      return [name, ms(median(all)), ms(Math.min(...all)), budget];
    }),
  ]);
}

function benchCorpus(child: string, folder: string, mix: Mix): void {
  const all = measure(child, "stages", folder);
  const [first] = all;
  if (first === undefined) return;
  const { documents, findings } = first;
  const others = (mode: string): number => median(measure(child, mode, folder).map(total));
  const [json, yaml] = [others("json"), others("yaml")];
  const whole = median(all.map(total));
  const judged = all.map((one) => total(one) - (one.steps.read ?? 0) - (one.steps.report ?? 0));
  const step = (name: string): number => median(all.map(({ steps }) => steps[name] ?? 0));
  const row = (name: string, time: number): readonly string[] => [
    name,
    ms(time),
    rate(documents, time),
    `${(time / json).toFixed(1)} x`,
    `${(time / yaml).toFixed(2)} x`,
  ];
  print([
    [
      `${documents} documents, ${mix}, ${findings} findings (median of ${runs})`,
      "time",
      "",
      "of JSON.parse",
      "of yaml",
    ],
    ...Object.keys(first.steps).map((name) => row(`  ${name}`, step(name))),
    row("parse to findings", median(judged)),
    row("parse to findings, best run", Math.min(...judged)),
    row("everything", whole),
    row("JSON.parse of the same values", json),
    row("yaml package, parse alone", yaml),
    ["memory", `${Math.round(median(all.map(({ memory }) => memory)) / 1e6)} MB`],
  ]);
}

function benchRules(child: string, folder: string): void {
  const all = measure(child, "rules", folder);
  const times = Object.keys(all[0]?.rules ?? {}).map(
    (rule) => [rule, median(all.map(({ rules }) => rules[rule] ?? 0))] as const,
  );
  const slowest = times.toSorted(([, a], [, b]) => b - a).slice(0, 30);
  print([["slowest rules", "time"], ...slowest.map(([rule, time]) => [rule, ms(time)])]);
}

try {
  const dist = join(work, "dist");
  await build(nodeBuild(dist));
  await build({ ...nodeBuild(dist), entryPoints: { child: join(root, "bench/child.ts") } });
  writeFileSync(join(work, "package.json"), '{ "type": "module" }\n');
  const [small, large, dense] = [join(work, "100"), join(work, "5000"), join(work, "dense")];
  writeCorpus(small, 100);
  writeCorpus(large, 5000);
  writeCorpus(dense, 5000, "dense");
  const file = join(work, "alone", "service.yaml");
  mkdirSync(dirname(file));
  writeFileSync(file, knativeService("1", "team-0"));
  process.stdout.write(`node ${process.version}, ${process.arch}\n\n`);
  benchStart(join(dist, "meshlint.js"), file);
  const child = join(dist, "child.js");
  benchCorpus(child, small, "mixed");
  benchCorpus(child, large, "mixed");
  benchCorpus(child, dense, "dense");
  process.stdout.write("budget: 5,000 documents from parse to findings at 13,000 documents/s or more\n\n");
  if (options.rules) for (const folder of [large, dense]) benchRules(child, folder);
} finally {
  rmSync(work, { recursive: true, force: true });
}
