/**
 * `npx tsx bench/apply.ts [--objects N] [--runs N]`: how long meshlint needs to plan and to apply many objects, beside
 * `kubectl apply --server-side` with the same objects on the same server. Needs kube-apiserver, etcd and kubectl, as the
 * end-to-end tests do. Both are whole processes, take turns, and wait for nothing; medians are told.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { nodeBuild } from "../scripts/build.ts";
import { envtestAssets, envtestMissing, TestCluster } from "../test/support/envtest.ts";

const { values: options } = parseArgs({
  options: { objects: { type: "string", default: "1000" }, runs: { type: "string", default: "3" } },
});
const count = Math.max(10, Number(options.objects) || 1000);
const runs = Math.max(1, Number(options.runs) || 3);

const work = mkdtempSync(join(tmpdir(), "meshlint-bench-apply-"));

function objectsIn(namespace: string): readonly object[] {
  return Array.from({ length: count }, (_, n) => {
    const metadata = { name: `item-${n}`, namespace, labels: { app: `item-${n}` } };
    const selector = { app: `item-${n}` };
    const containers = [
      { name: "app", image: "registry.example.com/app:1.0.0", ports: [{ containerPort: 8080 }] },
    ];
    if (n % 10 === 0)
      return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata,
        spec: {
          selector: { matchLabels: selector },
          template: { metadata: { labels: selector }, spec: { containers } },
        },
      };
    // Without an address: the test server has 254 of them.
    if (n % 5 === 1)
      return {
        apiVersion: "v1",
        kind: "Service",
        metadata,
        spec: { clusterIP: "None", selector, ports: [{ name: "http", port: 80, protocol: "TCP" }] },
      };
    return { apiVersion: "v1", kind: "ConfigMap", metadata, data: { value: String(n) } };
  });
}

function folderOf(namespace: string): string {
  const folder = join(work, namespace);
  mkdirSync(folder);
  const text = objectsIn(namespace)
    .map((object) => JSON.stringify(object))
    .join("\n---\n");
  writeFileSync(join(folder, "all.yaml"), text);
  return folder;
}

function timed(cwd: string, program: string, args: readonly string[]): number {
  const start = performance.now();
  const { status, stderr, stdout } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (status !== 0)
    throw new Error(`${program} ${args.join(" ")}: ${status}\n${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return performance.now() - start;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

async function main(server: TestCluster, kubectl: string): Promise<void> {
  const dist = join(work, "dist");
  await build(nodeBuild(dist));
  const config = ["--kubeconfig", server.kubeconfig];
  const meshlint = (folder: string, ...args: readonly string[]): number =>
    timed(folder, process.execPath, [join(dist, "meshlint.js"), ...args, ...config]);
  const apply = ["apply", ".", "--yes", "--no-wait", "--quiet"];
  const times = { kubectl: [0], again: [0], plan: [0], meshlint: [0], second: [0] };
  for (const list of Object.values(times)) list.length = 0;
  for (let run = 0; run < runs; run++) {
    for (const name of [`kubectl-${run}`, `meshlint-${run}`])
      timed(work, kubectl, [...config, "create", "ns", name]);
    const theirs = folderOf(`kubectl-${run}`);
    const their = [...config, "apply", "--server-side", "-f", "all.yaml"];
    times.kubectl.push(timed(theirs, kubectl, their));
    times.again.push(timed(theirs, kubectl, their));
    const ours = folderOf(`meshlint-${run}`);
    const home = ["--record-namespace", `meshlint-${run}`];
    times.plan.push(meshlint(ours, "plan", ".", "-f", "json", "-o", "../plan.json"));
    times.meshlint.push(meshlint(ours, ...apply, ...home));
    times.second.push(meshlint(ours, ...apply, ...home));
  }
  const [kubectlTime, again] = [median(times.kubectl), median(times.again)];
  const [plan, time, second] = [median(times.plan), median(times.meshlint), median(times.second)];
  const ratio = (ours: number, theirs: number): string => `${(ours / theirs).toFixed(2)} times kubectl's`;
  process.stdout.write(
    [
      `${count} objects, median of ${runs}`,
      `kubectl apply --server-side   ${seconds(kubectlTime)}, again ${seconds(again)}`,
      `meshlint plan                 ${seconds(plan)}`,
      `meshlint apply, plan included ${seconds(time)}: ${ratio(time, kubectlTime)}`,
      `the same again                ${seconds(second)}: ${ratio(second, again)}`,
      "",
    ].join("\n"),
  );
}

const assets = envtestAssets();
if (assets === null) {
  process.stdout.write(`nothing measured${envtestMissing}\n`);
} else {
  const server = await TestCluster.start();
  try {
    await main(server, join(assets, "kubectl"));
  } finally {
    await server.stop();
    rmSync(work, { recursive: true, force: true });
  }
}
