import { createColors } from "picocolors";
import { describe, expect, test } from "vitest";
import { compact } from "../../src/report/compact.ts";
import { github } from "../../src/report/github.ts";
import { gitlab } from "../../src/report/gitlab.ts";
import { json } from "../../src/report/json.ts";
import { junit } from "../../src/report/junit.ts";
import { markdown } from "../../src/report/markdown.ts";
import { pretty } from "../../src/report/pretty.ts";
import { explainProfile } from "../../src/report/profile.ts";
import { pageUrl } from "../../src/report/rule-page.ts";
import { sarif } from "../../src/report/sarif.ts";
import { example, finding, file, hostile, place, report, resource, rules } from "./example.ts";

const colors = createColors(false);
const version = "1.2.3";
const page = (id: string): string => pageUrl(id, version);
const formats = {
  "pretty.txt": (input: typeof example) => pretty(input, { colors }),
  "pretty-verbose.txt": (input: typeof example) => pretty(input, { colors, verbose: true }),
  "compact.txt": compact,
  "github.txt": github,
  "json.txt": json,
  "sarif.txt": (input: typeof example) => sarif(input, rules, { version, exitCode: 1, pageUrl: page }),
  "gitlab.txt": gitlab,
  "junit.txt": junit,
  "markdown.txt": (input: typeof example) => markdown(input, { pageUrl: page }),
  "profile.txt": explainProfile,
};

describe.each(Object.entries(formats))("%s", (name, format) => {
  test("is as the golden file", async () => {
    await expect(format(example)).toMatchFileSnapshot(`golden/${name}`);
  });

  test("lets nothing through that moves a cursor, turns text around or commands a runner", () => {
    const text = format(hostile);
    const controls = [...text].filter((character) => {
      const code = character.codePointAt(0) ?? 0;
      return (
        (code < 0x20 && character !== "\n") ||
        (code >= 0x7f && code < 0xa0) ||
        /[\u2028\u202e]/.test(character)
      );
    });
    expect(controls).toEqual([]);
    const commands = text.split("\n").filter((line) => /^\s*::/.test(line));
    if (name === "github.txt") {
      expect(commands).toHaveLength(1);
      expect(text.startsWith("::error file=%3A%3Aerror%3A%3Aa")).toBe(true);
      expect(text).not.toMatch(/\n./);
    } else {
      expect(commands).toEqual([]);
      if (!["json.txt", "sarif.txt", "gitlab.txt"].includes(name)) expect(text).not.toContain("##[");
    }
  });
});

test("JSON gives readers the very values, hazards and all", () => {
  const read = JSON.parse(json(hostile));
  expect(read.findings[0].file).toBe("::error::a\u001b[2J.yaml");
  expect(read.findings[0].message).toContain("\u2028\u202e");
});

test("no format repeats the data of a Secret or a key", () => {
  const key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
  const secret = file(
    "secret.yaml",
    "apiVersion: v1",
    "kind: Secret",
    "metadata:",
    "  name: wildcard-certs",
    "stringData:",
    "  password: hunter2",
    "  name: hunter3",
    "  tls.key: |",
    "    -----BEGIN PRIVATE KEY-----",
    `    ${key}`,
    "    c2hvcnQ=",
    "    -----END PRIVATE KEY-----",
    "---",
    "kind: ConfigMap",
    "data:",
    "  a.pem: |",
    "    -----BEGIN RSA PRIVATE KEY-----",
    "    dGFpbA==",
    "    -----END RSA PRIVATE KEY-----",
    `  token: ${key}`,
  );
  const value = { stringData: { password: "hunter2", name: "hunter3", "tls.key": "…" } };
  const owner = resource(secret, "v1", "Secret", "istio-system", "wildcard-certs", value);
  const places = ["hunter2", "hunter3", "c2hvcnQ=", key, "dGFpbA==", `token: ${key}`];
  const input = report([
    ...places.map((text) => finding(place(secret, text), { resource: owner })),
    ...places.map((text) => finding(place(secret, text), { message: `value ${key} is odd` })),
  ]);
  for (const format of Object.values(formats)) {
    expect(format(input)).not.toMatch(/hunter|MIIE|c2hvcnQ|dGFpbA/);
  }
  const shown = formats["pretty.txt"](input);
  expect(shown).toContain("  password: (hidden)");
  expect(shown).toContain("value (hidden) is odd");
});

test("--max-findings shows fewer and says so, --quiet leaves the summary out", () => {
  const text = pretty(example, { colors, quiet: true, maxFindings: 1 });
  expect(text).toContain("mesh/smcp-mtls-not-strict");
  expect(text).not.toContain("gateway/");
  expect(text).toContain("1 more finding is not shown (--max-findings 1)");
  expect(text).not.toContain("read:");
});

test("a clean report says so, in colour where that is wanted", () => {
  const text = pretty(report([]), { colors: createColors(true) });
  expect(text).toContain("No findings");
  expect(text).toContain("\u001b[32m");
});

describe("advice that holds in many places", () => {
  const at = place(file("a.yaml", "kind: Service"), "Service");
  const advice = (severity: "info" | "warning") =>
    report(Array.from({ length: 10 }, () => finding(at, { severity, message: "is old" })));
  const shownIn = (text: string): number => text.split("  is old\n").length - 1;

  test("is shown three times and counted", () => {
    const text = pretty(advice("info"), { colors, quiet: true });
    expect(shownIn(text)).toBe(3);
    expect(text).toContain("7 more places with the same advice");
  });

  test("is shown in full with --verbose, and for warnings", () => {
    expect(shownIn(pretty(advice("info"), { colors, verbose: true }))).toBe(10);
    expect(shownIn(pretty(advice("warning"), { colors, quiet: true }))).toBe(10);
  });
});
