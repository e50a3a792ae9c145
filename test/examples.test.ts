import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { folder, run } from "./cli/run.ts";
import { repository } from "./shared.ts";

/** The example, copied as a user would copy it. */
function copy(): string {
  const root = folder();
  cpSync(join(repository, "examples/platform-repo"), root, { recursive: true });
  return root;
}

describe("the example of a platform", () => {
  it("passes its tests and has no finding that fails a run", async () => {
    const root = copy();
    const tested = await run(root, ["test"]);
    expect(tested.stdout).toMatch(/\n(\d+) tests, \1 passed, 0 failed\n$/);
    expect(tested).toMatchObject({ status: 0, stderr: "" });
    expect(await run(root, ["--fail-on", "warning"])).toMatchObject({ status: 0 });
  });

  it.each(
    readdirSync(join(repository, "examples/platform-repo/tests")).filter((name) => name.endsWith(".yaml")),
  )("fails by %s when all policies are gone and mutual TLS is off", async (name) => {
    const root = copy();
    for (const path of readdirSync(join(root, "clusters/prod"))) {
      const file = join(root, "clusters/prod", path);
      const text = readFileSync(file, "utf8");
      if (path.includes("authz"))
        writeFileSync(file, text.replace(/^ {2}namespace: knative-.*/gm, "  namespace: other"));
      else writeFileSync(file, text.replace("mtls: true", "mtls: false"));
    }
    const mistakes = join(root, "tests/mistakes/service.yaml");
    writeFileSync(mistakes, readFileSync(mistakes, "utf8").replace("inject: true #", 'inject: "true" #'));
    const { status, stdout } = await run(root, ["test", `tests/${name}`]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/ {2}FAIL .*\n {4}- expected .*\n {4}\+ got {6}.*\n/);
  });
});
