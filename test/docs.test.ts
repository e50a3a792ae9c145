import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generated } from "../scripts/pages.ts";
import { repository } from "./shared.ts";

const files = [...(await generated())];

describe("what is generated from the code is up to date (npm run docs)", () => {
  it.each(files)("%s", (path, text) => {
    const file = join(repository, path);
    expect(existsSync(file), `${path} is missing`).toBe(true);
    expect(readFileSync(file, "utf8")).toBe(text);
  });
});
