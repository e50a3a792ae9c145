import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { numberAt, textAt } from "../../src/apply/conditions.ts";
import { main } from "../../src/cli/main.ts";
import { type Mapping, valueAt } from "../../src/model/value.ts";
import { folder, type Outcome, run } from "../cli/run.ts";
import { DenyWebhook } from "../support/deny-webhook.ts";
import { envtestAssets, envtestMissing, TestCluster } from "../support/envtest.ts";
import { LoopbackProxy } from "../support/loopback-proxy.ts";
import { failing, Operators, rolledOut } from "../support/operators.ts";
import { TestApi } from "../support/test-api.ts";
import { Program } from "./program.ts";

const planted = "planted-5e1c";
/** How often a run is killed at a random moment. */
const kills = Number(process.env.MESHLINT_KILLS ?? "3");

const namespace = (name: string): Mapping => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } });
const map = (home: string, name: string, value = "1", labels: Mapping = {}): Mapping => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: home, labels: { app: name, ...labels } },
  data: { value },
});
const maps = (home: string, count: number): readonly Mapping[] =>
  Array.from({ length: count }, (_, n) => map(home, `map-${n}`));
const secret = (home: string): Mapping => ({
  apiVersion: "v1",
  kind: "Secret",
  metadata: { name: "database", namespace: home },
  stringData: { password: planted },
});
const deployment = (home: string): Mapping => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: home },
  spec: {
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: {
        containers: [
          { name: "web", image: "registry.example.com/web:1.0.0", ports: [{ containerPort: 8080 }] },
        ],
      },
    },
  },
});
const setOf = (...objects: readonly Mapping[]): string =>
  folder({ "all.yaml": objects.map((object) => JSON.stringify(object)).join("\n---\n") });

describe.skipIf(envtestAssets() === null)(
  `applying to a server that is not always kind${envtestMissing}`,
  () => {
    let server: TestCluster;
    let api: TestApi;
    let webhook: DenyWebhook;
    let spaces = 0;

    const cm = (home: string): string => `/api/v1/namespaces/${home}/configmaps`;
    const lease = (home: string): string => `/apis/coordination.k8s.io/v1/namespaces/${home}/leases/meshlint`;
    const flagsOf = (kubeconfig: string, home: string, timeout = "20s"): readonly string[] => [
      "--kubeconfig",
      kubeconfig,
      "--record-namespace",
      home,
      "--yes",
      "--timeout",
      timeout,
    ];
    const apply = (cwd: string, home: string, ...more: readonly string[]): Promise<Outcome> =>
      run(cwd, ["apply", ".", ...flagsOf(server.kubeconfig, home), ...more]);
    /** Names of the set's ConfigMaps that the server has. */
    const there = async (home: string): Promise<readonly string[]> =>
      (await api.list(`${cm(home)}?labelSelector=app`)).map((object) => textAt(object, "metadata", "name"));
    /** A new namespace of the server. */
    const space = async (): Promise<string> => {
      const name = `space-${++spaces}`;
      await api.create("/api/v1/namespaces", namespace(name));
      return name;
    };

    beforeAll(async () => {
      server = await TestCluster.start();
      api = new TestApi(server);
      webhook = await DenyWebhook.start();
      await api.create(
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        webhook.configuration,
      );
    }, 90_000);

    afterAll(async () => {
      webhook?.stop();
      api?.close();
      await server?.stop();
    });

    describe("that refuses an object", () => {
      const denied = (home: string): Mapping => map(home, "refused", "1", { refuse: "yes" });

      it("writes nothing where namespaces and kinds are there: a webhook, a quota, a schema", async () => {
        const home = await space();
        const byWebhook = await apply(setOf(...maps(home, 3), denied(home)), home);
        expect(byWebhook.status, byWebhook.stderr).toBe(1);
        expect(byWebhook.stdout).toContain("not on my watch");
        const wrong = { ...map(home, "wrong"), data: { value: { deep: true } } };
        const bySchema = await apply(setOf(...maps(home, 3), wrong), home);
        expect(bySchema.status, bySchema.stderr).toBe(1);
        await api.create(`/api/v1/namespaces/${home}/resourcequotas`, {
          apiVersion: "v1",
          kind: "ResourceQuota",
          metadata: { name: "small", namespace: home },
          spec: { hard: { "count/deployments.apps": "0" } },
        });
        await api.patch(`/api/v1/namespaces/${home}/resourcequotas/small/status`, {
          status: { hard: { "count/deployments.apps": "0" }, used: { "count/deployments.apps": "0" } },
        });
        const byQuota = await apply(setOf(...maps(home, 3), deployment(home)), home);
        expect(byQuota.status, byQuota.stderr).toBe(1);
        expect(byQuota.stdout).toContain("exceeded quota");
        expect(await there(home)).toEqual([]);
        expect(await api.get(lease(home))).toBeNull();
      }, 60_000);

      it("writes nothing of the step from nothing, and says what is applied and how to go on", async () => {
        const home = `new-${++spaces}`;
        const objects = [namespace(home), ...maps(home, 3), denied(home)];
        const { status, stdout } = await apply(setOf(...objects), home);
        expect(status).toBe(1);
        expect(stdout).toContain("not on my watch");
        expect(stdout).toContain("1 object applied, 4 not");
        expect(await there(home)).toEqual([]);
        const mended = await apply(setOf(namespace(home), ...maps(home, 4)), home);
        expect(mended.status, mended.stdout).toBe(0);
        expect(await there(home)).toHaveLength(4);
      }, 60_000);

      it("names another manager of a field, and takes over when told to", async () => {
        const home = await space();
        const theirs = { ...map(home, "map-0"), data: { value: "theirs" } };
        const path = `${cm(home)}/map-0?fieldManager=argocd`;
        await api.send("PATCH", path, theirs, "application/apply-patch+yaml");
        const set = setOf(...maps(home, 2));
        const refused = await apply(set, home);
        expect(refused.status).toBe(1);
        expect(refused.stdout).toContain("argocd owns fields of ConfigMap");
        expect(await there(home)).toEqual(["map-0"]);
        const forced = await apply(set, home, "--force-conflicts");
        expect(forced.status, forced.stdout).toBe(0);
        expect(valueAt((await api.get(`${cm(home)}/map-0`)) ?? {}, ["data", "value"])).toBe("1");
      }, 60_000);
    });

    describe("of which somebody wants to know first", () => {
      it("applies what was planned, and nothing else", async () => {
        const home = await space();
        const set = setOf(...maps(home, 3), secret(home));
        const base = [".", "--kubeconfig", server.kubeconfig];
        await run(set, ["plan", ...base, "-f", "json", "-o", "../plan.json"]);
        const plan = join(set, "..", "plan.json");
        const ok = await apply(set, home, "--plan", plan);
        expect(ok.status, ok.stdout + ok.stderr).toBe(0);
        const text = readFileSync(join(set, "all.yaml"), "utf8");
        writeFileSync(join(set, "all.yaml"), text.replace('"value":"1"', '"value":"2"'));
        const changed = await apply(set, home, "--plan", plan);
        expect(changed.status).toBe(1);
        expect(changed.stderr).toContain("ConfigMap");
        expect(changed.stderr).toContain("has changed since it was planned");
        writeFileSync(join(set, "all.yaml"), text);
        const profile = await apply(set, home, "--plan", plan, "--profile", "serverless=1.33");
        expect([profile.status, profile.stderr]).toEqual([1, expect.stringContaining("the profile")]);
        expect(valueAt((await api.get(`${cm(home)}/map-0`)) ?? {}, ["data", "value"])).toBe("1");
      }, 60_000);

      it("changes nothing in a dry run, and asks nobody where nobody is", async () => {
        const home = await space();
        const set = setOf(...maps(home, 2));
        const dry = await apply(set, home, "--dry-run");
        expect([dry.status, dry.stdout]).toEqual([0, expect.stringContaining("Nothing has been changed")]);
        const unasked = await run(set, ["apply", ".", "--kubeconfig", server.kubeconfig]);
        expect([unasked.status, unasked.stderr]).toEqual([2, expect.stringContaining("--yes")]);
        async function* answer(): AsyncGenerator<string> {
          yield "n\n";
        }
        const terminal = { write: () => {}, isTTY: true };
        const stdin = Object.assign(answer(), { isTTY: true });
        const io = { stdout: terminal, stderr: terminal, stdin, cwd: set, env: {} };
        expect(await main(["apply", ".", "--kubeconfig", server.kubeconfig], io)).toBe(1);
        expect(await there(home)).toEqual([]);
      }, 60_000);

      it("tells no value of a Secret anywhere", async () => {
        const home = await space();
        const base = Buffer.from(planted).toString("base64");
        const bad = {
          ...secret(home),
          stringData: {},
          data: { "no key": base },
          metadata: { name: "bad", namespace: home },
        };
        const set = setOf(secret(home), map(home, "map-0"));
        const said = [
          await run(set, ["plan", ".", "--kubeconfig", server.kubeconfig, "-f", "json"]),
          await apply(set, home),
          await apply(setOf({ ...secret(home), stringData: { password: `${planted}-2` } }), home),
          await apply(setOf(bad), home),
        ];
        expect(said.map(({ status }) => status)).toEqual([0, 0, 0, 1]);
        const kept = [...(await api.list(cm(home))), await api.get(lease(home))];
        const all = JSON.stringify([said, kept]);
        expect(all).toContain("database");
        expect(all).not.toContain(planted);
        expect(all).not.toContain(base.slice(0, 12));
      }, 60_000);
    });

    describe("that falters", () => {
      it("goes on when the server dies on the way and comes back", async () => {
        const home = await space();
        const set = setOf(...maps(home, 25), secret(home));
        let text = "";
        let died: Promise<void> | null = null;
        let before = 0;
        const write = (more: string): void => {
          text += more;
          if (!more.startsWith("  created") || ++before < 5) return;
          died ??= server
            .killServer()
            .then(() => new Promise((done) => setTimeout(done, 6000)))
            .then(() => server.startServer());
        };
        const io = { stdout: { write }, stderr: { write }, cwd: set, env: {} };
        const status = await main(["apply", ".", ...flagsOf(server.kubeconfig, home)], io);
        expect(died).not.toBeNull();
        await died;
        expect(status, text).toBe(0);
        expect(text).toContain("trying again");
        expect(await there(home)).toHaveLength(25);
        const again = await apply(set, home);
        expect(again.stdout).toContain("0 to create, 0 to change, 26 unchanged");
      }, 100_000);

      it("stops clearly when the credentials expire on the way, and goes on with new ones", async () => {
        const home = await space();
        let writes = 0;
        const proxy = await LoopbackProxy.start(server, {
          answer: ({ method, url = "" }) =>
            method === "PATCH" && !url.includes("dryRun") && ++writes > 12 ? 401 : null,
        });
        try {
          const set = setOf(...maps(home, 40));
          const stopped = await apply(set, home, "--kubeconfig", proxy.kubeconfig).catch(() => null);
          expect(stopped).not.toBeNull();
          const { status, stdout } = await run(set, ["apply", ".", ...flagsOf(proxy.kubeconfig, home)]);
          expect(status).toBe(1);
          expect(stdout).toContain("log in again");
          const { length } = await there(home);
          expect(length).toBeGreaterThan(0);
          expect(length).toBeLessThan(40);
        } finally {
          proxy.stop();
        }
      }, 60_000);

      it("has time for a slow server", async () => {
        const home = await space();
        const proxy = await LoopbackProxy.start(server, { delay: 150 });
        try {
          const { status, stdout, stderr } = await run(setOf(...maps(home, 20)), [
            "apply",
            ".",
            ...flagsOf(proxy.kubeconfig, home),
          ]);
          expect(status, stdout + stderr).toBe(0);
          expect(await there(home)).toHaveLength(20);
        } finally {
          proxy.stop();
        }
      }, 60_000);
    });

    describe("in runs that are ended", () => {
      it("keeps a second run away, ends cleanly on Ctrl-C, and completes later", async () => {
        const home = await space();
        const set = setOf(...maps(home, 2), deployment(home));
        const first = new Program(set, ["apply", ".", ...flagsOf(server.kubeconfig, home, "90s")]);
        await first.said(/web: its controller has not seen it yet/);
        const second = await apply(set, home);
        expect(second.status).toBe(1);
        expect(second.stdout).toMatch(
          /another run is under way: \S+, process \d+ \(\w+\) holds Lease space-\d+\/meshlint/,
        );
        expect(second.stdout).toContain("Nothing has been changed.");
        first.child.kill("SIGINT");
        expect(await first.ended).toBe(1);
        expect(first.stdout).toContain(
          'Interrupted, in step "Workloads and everything else"\n3 objects applied',
        );
        expect(valueAt((await api.get(lease(home))) ?? {}, ["spec", "holderIdentity"])).toBeUndefined();
        const operators = new Operators(api, [{ path: "/apis/apps/v1/deployments", script: rolledOut(200) }]);
        operators.start();
        try {
          const last = await apply(set, home);
          expect(last.status, last.stdout).toBe(0);
        } finally {
          await operators.stop();
        }
      }, 100_000);

      it("tells a failure from waiting at the time limit, and completes when the cause is gone", async () => {
        const home = await space();
        const set = setOf(deployment(home));
        const path = "/apis/apps/v1/deployments";
        const fails = failing("ProgressDeadlineExceeded", "no image", "Progressing");
        const operators = new Operators(api, [{ path, script: fails }]);
        operators.start();
        try {
          const args = ["apply", ".", ...flagsOf(server.kubeconfig, home, "3s")];
          const late = await run(set, args);
          expect(late.status).toBe(1);
          expect(late.stdout).toContain(
            `Deployment ${home}/web is not ready after 3 s: Progressing is False`,
          );
          expect(late.stdout).toContain("(ProgressDeadlineExceeded): no image");
          operators.set({ path, script: rolledOut(0) });
          const last = await run(set, args);
          expect(last.status, last.stdout).toBe(0);
        } finally {
          await operators.stop();
        }
      }, 60_000);

      it(
        `comes to the same state however often it is killed (${kills} times)`,
        async () => {
          const home = `killed-${++spaces}`;
          const set = setOf(namespace(home), ...maps(home, 40), secret(home));
          const begin = (): Program => new Program(set, ["apply", ".", ...flagsOf(server.kubeconfig, home)]);
          for (let kill = 0; kill < kills; kill++) {
            const killed = begin();
            await killed.said(/^Set /m);
            await new Promise((done) => setTimeout(done, Math.random() * 250));
            killed.child.kill("SIGKILL");
            await killed.ended;
            // Time passes: nobody renews the lease of a run that was killed.
            if (await api.get(lease(home)))
              await api.patch(lease(home), { spec: { renewTime: "2020-01-01T00:00:00.000000Z" } });
          }
          const last = begin();
          expect(await last.ended, last.stdout + last.stderr).toBe(0);
          const objects = await api.list(`${cm(home)}?labelSelector=app`);
          const state = objects.map((object) => [textAt(object, "metadata", "name"), object.data]);
          const wanted = maps(home, 40).map((object) => [textAt(object, "metadata", "name"), object.data]);
          expect(state.toSorted()).toEqual(wanted.toSorted());
          for (const object of objects) {
            expect(valueAt(object, ["metadata", "managedFields", 1])).toBeUndefined();
            expect(valueAt(object, ["metadata", "managedFields", 0, "manager"])).toBe("meshlint");
          }
          const secrets = await api.list(`/api/v1/namespaces/${home}/secrets`);
          expect(secrets.map((object) => textAt(object, "metadata", "name"))).toEqual(["database"]);
          const record = await api.list(cm(home));
          expect(record.filter((object) => valueAt(object, ["data", "state"]) === "done")).toHaveLength(1);
          expect(numberAt((await api.get(lease(home))) ?? {}, "spec", "leaseDurationSeconds")).toBe(1);
        },
        60_000 + kills * 15_000,
      );
    });
  },
);
