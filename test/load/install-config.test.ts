import { describe, expect, it } from "vitest";
import { toResources } from "../../src/load/resources.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { classifyFile } from "../../src/load/classify.ts";
import { showDocuments } from "../../src/load/show.ts";
import { toJson } from "../../src/model/value.ts";
import { lintMemory } from "../support/lint.ts";
import { shownLine } from "../../src/report/secret-lines.ts";

const text = `apiVersion: v1
baseDomain: example.com
metadata:
  name: shop
controlPlane: { name: master, replicas: 3 }
platform:
  vsphere:
    username: installer
    password: open-sesame
pullSecret: >-
  {"auths":
  {"registry.example.com": {"auth": "b3Blbg=="}}}

sshKey: ssh-ed25519 AAAA
`;
const file = { path: "install-config.yaml", text };
const documents = parseDocuments(file);
const classOf = (path: string, content: string) =>
  classifyFile({ path, text: content }, parseDocuments({ path, text: content }));

describe("install-config.yaml", () => {
  it("is a resource of a kind of its own, though no API server knows it", () => {
    expect(classifyFile(file, documents)).toEqual({ state: "manifests" });
    const [resource] = documents.flatMap((document) => toResources(document));
    expect(resource).toMatchObject({
      kind: "InstallConfig",
      id: { group: "", kind: "InstallConfig", namespace: null, name: "shop" },
      version: "v1",
      scope: "cluster",
      name: "shop",
    });
  });

  it("may name its kind", () => {
    const named = `kind: InstallConfig\n${text}`;
    const found = parseDocuments({ path: "a.yaml", text: named });
    expect(found.flatMap((document) => toResources(document)).map(({ kind }) => kind)).toEqual([
      "InstallConfig",
    ]);
    expect(toJson(showDocuments(found, { places: false }))).not.toContain("open-sesame");
    expect(lintMemory([{ path: "a.yaml", text: named }]).findings).toEqual([]);
  });

  it("is never a broken manifest", () => {
    const report = lintMemory([file]);
    expect(report.crashes).toEqual([]);
    expect(report.findings).toEqual([]);
  });

  it("is told from files that look like it", () => {
    expect(classOf("values.yaml", text)).toEqual({ state: "skipped", reason: "values file" });
    expect(classOf("a.yaml", "baseDomain: example.com\nplatform: {}\n")).toMatchObject({ state: "skipped" });
    expect(classOf("a.yaml", "apiVersion: v2\nbaseDomain: example.com\n")).toMatchObject({
      state: "skipped",
    });
    const list = `apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, baseDomain: example.com}\n`;
    expect(parseDocuments({ path: "a.yaml", text: list }).flatMap((one) => toResources(one))).toEqual([]);
  });

  it("keeps its credentials to itself", () => {
    const shown = toJson(showDocuments(documents, { places: false }));
    expect(shown).not.toContain("open-sesame");
    expect(shown).not.toContain("b3Blbg");
    expect(shown).toContain("installer");
    const lines = text.split("\n").map((_line, index) => shownLine(file, index + 1, null));
    expect(lines.join("\n")).not.toMatch(/open-sesame|b3Blbg|auths/);
    expect(lines).toContain("sshKey: ssh-ed25519 AAAA");
    expect(lines).toContain("    username: installer");
  });

  it("has lists without credentials that are shown", () => {
    const [document] = parseDocuments({
      path: "install-config.yaml",
      text: "apiVersion: v1\nbaseDomain: example.com\ncompute: [{ name: worker }]\n",
    });
    expect(document && toJson(showDocuments([document], { places: false }))).toContain('"name":"worker"');
  });
});

describe("files of a MachineConfig", () => {
  it("do not show in excerpts", () => {
    const config = {
      path: "config.yaml",
      text: [
        "apiVersion: machineconfiguration.openshift.io/v1",
        "  - source: data:,secret%20words",
        "    source: >-",
        "      data:,more%20secrets",
        "  passwordHash: $6$abc",
        "  source: https://example.com/a",
        "  source:",
        "    repo: b",
        "  mode: 420",
      ].join("\n"),
    };
    const lines = Array.from({ length: 9 }, (_, index) => shownLine(config, index + 1, null));
    expect(lines).toEqual([
      "apiVersion: machineconfiguration.openshift.io/v1",
      "  - source: (hidden)",
      "    (hidden)",
      "      (hidden)",
      "  passwordHash: (hidden)",
      "  source: https://example.com/a",
      "  source:",
      "    repo: b",
      "  mode: 420",
    ]);
    const other = { path: "other.yaml", text: "source: data:,a\n" };
    expect(shownLine(other, 1, null)).toBe("source: data:,a");
  });
});
