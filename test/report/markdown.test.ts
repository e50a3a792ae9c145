import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { markdown } from "../../src/report/markdown.ts";
import { example, file, finding, place, report, set } from "./example.ts";

const source = file("a.yaml", "a: x");
const at = place(source, "x");
const cells = (text: string): readonly (readonly string[])[] =>
  text
    .split("\n")
    .filter((line) => /^\| (?!severity|---)/.test(line))
    .map((line) => line.slice(2, -2).split(" | "));

test("a clean report has no table", () => {
  expect(markdown(report([]))).toBe("## meshlint: no findings\n\n1 resource in 1 file.\n");
});

test("the worst comes first; suppressed findings are counted, crashes too", () => {
  const text = markdown(
    report(
      [
        finding(at, { severity: "info" }),
        finding(at, { severity: "error" }),
        finding(at, { severity: "warning" }),
        finding(at, { suppressed: { by: "config", reason: "known", until: null } }),
      ],
      { crashes: [{ rule: "mesh/x", set: "prod", subject: null, error: null }] },
    ),
  );
  expect(cells(text).map(([severity]) => severity)).toEqual(["**error**", "warning", "info"]);
  expect(text).toContain("## meshlint: 1 error, 1 warning, 1 info\n");
  expect(text).toContain("1 resource in 1 file; 1 suppressed; 1 rule crashed.");
});

test("rules and places are links where there is something to read", () => {
  const text = markdown(report([finding(place(file("a (b)/c|d.yaml", "a: x"), "x"))]), {
    pageUrl: (rule) => `https://example.com/${rule}.md`,
    placeUrl: (path, line) => `https://example.com/${path}#L${line}`,
  });
  expect(cells(text)[0]).toEqual([
    "**error**",
    "[<code>a (b)/c\\|d.yaml:1</code>](https://example.com/a%20%28b%29/c%7Cd.yaml#L1)",
    "the mesh accepts plain text",
    "[`mesh/smcp-mtls-not-strict`](https://example.com/mesh/smcp-mtls-not-strict.md)",
  ]);
  expect(markdown(example)).not.toContain("](");
});

describe("is bounded", () => {
  const many = Array.from({ length: 500 }, (_, index) =>
    finding(at, {
      severity: index === 499 ? "error" : "warning",
      message: `${index} ${"long ".repeat(200)}`,
    }),
  );

  test.each([3000, 20_000, 65_536])("by %i characters, and counts what is left out", (mostCharacters) => {
    const text = markdown(report(many, { sets: example.sets }), { mostCharacters });
    expect(text.length).toBeLessThanOrEqual(mostCharacters);
    const shown = cells(text);
    expect(shown[0]?.[0]).toBe("**error**");
    expect(text).toContain(`… and ${500 - shown.length} more findings.`);
    expect(text).toContain("- profile: Serverless 1.32");
  });

  test("by a number of findings", () => {
    const text = markdown(report(many), { maxFindings: 2 });
    expect(cells(text)).toHaveLength(2);
    expect(text).toContain("… and 498 more findings.");
    expect(text).toContain("## meshlint: 1 error, 499 warnings, 0 infos");
  });

  test("in messages, and in needs", () => {
    const verdicts = Array.from({ length: 30 }, (_, index) => ({
      rule: "mesh/x",
      verdict: "undecided" as const,
      reason: `${String(index).padStart(2, "0")} ${"x ".repeat(5000)}`,
      subjects: [],
    }));
    const text = markdown(
      report([finding(at, { message: "m".repeat(100_000) })], { sets: [set({ verdicts })] }),
    );
    expect(text.length).toBeLessThan(20_000);
    expect(text).toContain("<summary>30 undecided");
    expect(text).toContain("- and 10 other needs");
  });
});

test.each([
  ["a | b", "a \\| b"],
  [
    "<img src=x> &lt; *a* `b` [c](http://d) ~~e~~",
    "\\<img src=x\\> \\&<!-- -->lt; \\*a\\* \\`b\\` \\[c\\](http:\\/\\/d) \\~\\~<!-- -->e\\~\\~",
  ],
  ["ask @team or see #12, o/r#3, !4", "ask @<!-- -->team or see #<!-- -->12, o/r#<!-- -->3, !<!-- -->4"],
  ["https://a.b and www.c.d", "https:\\/\\/a.b and www\\.c.d"],
  ["a\n::error::b\u001b[2J", "a␊::error::b␛\\[2J"],
])("%j is only text", (message, expected) => {
  expect(cells(markdown(report([finding(at, { message })])))[0]?.[2]).toBe(expected);
});

test("half a key is hidden like a whole one", () => {
  const key = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj";
  const message = `${"word ".repeat(90)}${key}${"A".repeat(100)}`;
  expect(markdown(report([finding(at, { message })]))).not.toContain("MIIE");
});

test("several profiles are a list", () => {
  const other = set({
    name: "test",
    profile: { ...set().profile, mesh: { major: 2, minor: 6, patch: null } },
  });
  expect(markdown(report([], { sets: [set(), other] }))).toContain(
    "- profile: Serverless 1.32 (assumed), mesh 2.4 (assumed) in prod\n" +
      "- profile: Serverless 1.32 (assumed), mesh 2.6 (assumed) in test\n",
  );
});

test("whatever stands in manifests, a finding is one row of four cells without markup of its own", () => {
  const odd = fc.constantFrom(..."|<>`*_[]()#@&~!$%\\:/-+=.\r\n\t \u202ea1");
  const text = fc.oneof(
    fc.string({ unit: odd, maxLength: 30 }),
    fc.string({ unit: "binary", maxLength: 30 }),
  );
  fc.assert(
    fc.property(text, text, (path, message) => {
      const rows = cells(markdown(report([finding(place(file(path, "a: x"), "x"), { message })])));
      expect(rows).toHaveLength(1);
      expect(rows[0]).toHaveLength(4);
      const [, place0 = "", words = ""] = rows[0] ?? [];
      const name = /^`[^`|\\]*`$/.test(place0) ? "" : place0.replace(/^<code>|<\/code>$/g, "");
      const written = `${name} ${words}`.replaceAll("<!-- -->", "").replace(/\\[^A-Za-z0-9]/g, "");
      expect(written).not.toMatch(/[<>|`*[\]]|:\/\/|(?<![A-Za-z0-9])_/);
    }),
    { numRuns: 300 },
  );
});
