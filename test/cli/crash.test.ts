import { expect, test, vi } from "vitest";
import type { Rule } from "../../src/rule/define.ts";
import { folder, run } from "./run.ts";

/** A catalogue with one rule that crashes beside the real ones. */
vi.mock("../../rules/everyday.ts", async (original) => {
  const { everydayRules, ...others } = await original<{ everydayRules: readonly Rule[] }>();
  const crashing: Rule = {
    id: "yaml/crashes",
    summary: "Crashes.",
    severity: "error",
    category: "reading",
    documentation: [],
    fix: "none",
    reads: ["Service"],
    subjects: () => [{ type: "set" }],
    check: () => {
      throw new TypeError("no such thing");
    },
  };
  return { ...others, everydayRules: [...everydayRules, crashing] };
});

const manifest =
  "apiVersion: v1\nkind: Service\nmetadata: { name: a, namespace: b }\nspec:\n  type: ClusterIP\n  type: NodePort\n";

test("a rule that crashes is named, the others still report, and the exit code is 3", async () => {
  const root = folder({ "a.yaml": manifest });
  const { status, stdout, stderr } = await run(root, ["-f", "compact"]);
  expect(status).toBe(3);
  expect(stdout).toContain("yaml/duplicate-key");
  expect(stderr).toContain("this is a bug in rule yaml/crashes");
  expect(stderr).toContain("no such thing");
  expect(stderr).toContain("--skip yaml/crashes goes on without the rule");
  expect(stderr).not.toContain("crash.test.ts");
  expect((await run(root, ["--verbose"])).stderr).toContain("crash.test.ts");
  expect((await run(root, ["--skip", "yaml/crashes"])).status).toBe(0);
});
