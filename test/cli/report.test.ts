import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { statedDocuments } from "../../src/rule/statements/documents.ts";
import { repository } from "../shared.ts";
import { folder, run } from "./run.ts";

const ids = statedDocuments.flatMap((document) => document.statements.map((statement) => statement.id));

interface Statement {
  readonly id: string;
  readonly verdict: string;
  readonly suppressed: boolean;
  readonly rules: readonly { readonly rule: string; readonly verdict: string }[];
  readonly places: readonly {
    readonly file: string;
    readonly line: number;
    readonly suppressed: object | null;
  }[];
  readonly needs: readonly { readonly needs: string }[];
}

interface Content {
  readonly sets: readonly {
    readonly documents: readonly {
      readonly counts: Readonly<Record<string, number>>;
      readonly statements: readonly Statement[];
    }[];
  }[];
  readonly summary: Readonly<Record<string, number>>;
}

const statementsOf = (content: Content): ReadonlyMap<string, Statement> =>
  new Map(
    content.sets.flatMap((set) =>
      set.documents.flatMap((document) => document.statements.map((one) => [one.id, one] as const)),
    ),
  );

async function reported(cwd: string, ...args: readonly string[]): Promise<Content> {
  return JSON.parse((await run(cwd, ["report", ...args, "-f", "json"])).stdout);
}

describe("meshlint report", () => {
  it("finds nothing that fails in the good example, and says something about every statement", async () => {
    const { status, stdout, stderr } = await run(repository, ["report", "fixtures/platform"]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).not.toContain("**fail**\u0020|");
    const rows = [...stdout.matchAll(/^\| (S\d-[\d.]+-\d\d) \| /gm)].map((match) => match[1]);
    expect(rows).toEqual(ids);
    const content = await reported(repository, "fixtures/platform");
    expect(content.summary).toMatchObject({ statements: ids.length, fail: 0 });
    expect([...statementsOf(content).keys()]).toEqual(ids);
  });

  it("is the same text every time", async () => {
    const args = ["report", "fixtures/app-broken"];
    expect((await run(repository, args)).stdout).toBe((await run(repository, args)).stdout);
  });

  it("shows what a section asks of a broken service, with places", async () => {
    const { status, stdout } = await run(repository, ["report", "fixtures/app-broken"]);
    expect(status).toBe(1);
    expect(stdout).toContain(
      "| S0-1.4.4-05 | **fail** (warning) | requirement | **Probes of the revision.** The template also has rewriteAppHTTPProbers. |",
    );
    expect(stdout).toContain(
      "- S0-1.4.4-05 fails:\n  - `fixtures/app-broken/service.yaml:11` warning `service/probe-rewrite-missing`: ",
    );
    expect(stdout).toContain("| S0-2.4-08 | not judged (");
  });

  it("gives the exit code of lint", async () => {
    expect((await run(repository, ["report", "fixtures/app-broken", "--fail-on", "never"])).status).toBe(0);
    expect((await run(repository, ["report", "fixtures/nowhere"])).status).toBe(2);
    expect((await run(repository, ["report", "--format", "pdf"])).status).toBe(2);
    expect((await run(folder({ "values.txt": "x" }), ["report"])).status).toBe(2);
  });

  it("writes a file, and keeps standard output free", async () => {
    const root = folder({
      "service.yaml": readFileSync(join(repository, "fixtures/app-broken/service.yaml")),
    });
    const { status, stdout, stderr } = await run(root, ["report", "--output", "conformance.md"]);
    expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
    expect(stderr).toContain("conformance.md");
    expect(existsSync(join(root, "conformance.md"))).toBe(true);
    expect(readFileSync(join(root, "conformance.md"), "utf8")).toMatch(/^# Conformance/);
  });

  const service = (comment: string): string =>
    [
      "apiVersion: serving.knative.dev/v1",
      "kind: Service",
      "metadata:",
      comment,
      "  name: shop",
      "  namespace: team",
      "  annotations:",
      '    serving.knative.openshift.io/enablePassthrough: "true"',
      "spec:",
      "  template:",
      "    metadata:",
      "      labels:",
      '        sidecar.istio.io/inject: "true"',
      "    spec:",
      "      containers:",
      "        - image: quay.io/team/shop:1",
      "",
    ].join("\n");
  const facts =
    "sets:\n  - name: team\n    path: .\n    context:\n      - fact: { members: { istio-system: [knative-serving, team] } }\n";

  it("counts a suppressed failure as one, with the reason", async () => {
    const plain = folder({ "meshlint.yaml": facts, "shop.yaml": service("  # a shop") });
    const rule = "service/probe-rewrite-missing";
    expect(statementsOf(await reported(plain)).get("S0-1.4.4-05")).toMatchObject({
      verdict: "fail",
      suppressed: false,
      places: [{ file: "shop.yaml" }],
    });
    const comment = `  # meshlint-disable-file ${rule} -- no probes here`;
    const quiet = folder({ "meshlint.yaml": facts, "shop.yaml": service(comment) });
    const { status, stdout } = await run(quiet, ["report", "--fail-on", "info"]);
    expect(status).toBe(0);
    expect(stdout).toContain("| S0-1.4.4-05 | **fail** (suppressed) |");
    expect(stdout).toContain("(suppressed by comment: no probes here)");
    expect(statementsOf(await reported(quiet)).get("S0-1.4.4-05")).toMatchObject({
      verdict: "fail",
      suppressed: true,
    });
  });

  it("leaves open what a rule would say that the config turns off", async () => {
    const off = `${facts}rules:\n  service/probe-rewrite-missing: off\n`;
    const content = await reported(folder({ "meshlint.yaml": off, "shop.yaml": service("  # a shop") }));
    expect(statementsOf(content).get("S0-1.4.4-05")).toMatchObject({
      verdict: "undecided",
      rules: [{ rule: "service/probe-rewrite-missing", verdict: "off" }],
    });
  });

  it("says what would decide where the manifests do not tell", async () => {
    const content = await reported(folder({ "shop.yaml": service("  # a shop") }));
    const statement = statementsOf(content).get("S0-1.4.4-01");
    expect(statement?.verdict).toBe("undecided");
    expect(statement?.needs.map(({ needs }) => needs).join()).toContain("the KnativeServing");
  });

  it("never shows the data of a Secret", async () => {
    const data = Buffer.from("correct horse battery staple, over and over again, and again").toString(
      "base64",
    );
    const secret = [
      "apiVersion: v1",
      "kind: Secret",
      "metadata: {name: wildcard-certs, namespace: istio-system}",
      "type: kubernetes.io/tls",
      "data:",
      `  tls.crt: ${data}`,
      `  tls.key: ${data}`,
      "",
    ].join("\n");
    const root = folder({ "secret.yaml": secret });
    for (const format of ["markdown", "json", "html"]) {
      const { stdout } = await run(root, ["report", "-f", format]);
      expect(stdout.length).toBeGreaterThan(1000);
      expect(stdout).not.toContain(data.slice(0, 20));
    }
  });
});
