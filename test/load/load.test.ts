import { describe, expect, it } from "vitest";
import { classifyFile, hasTemplateMarks } from "../../src/load/classify.ts";
import { loadFiles, prepareFiles } from "../../src/load/load.ts";
import { parseDocuments } from "../../src/load/parse.ts";

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

function classOf(path: string, text: string): string {
  const file = { path, text };
  const found = classifyFile(file, parseDocuments(file));
  return found.state === "skipped" ? found.reason : found.state;
}

describe("files are told apart", () => {
  it.each([
    ["a.yaml", configMap, "manifests"],
    ["a.yaml", `---\n# nothing\n---\n${configMap}`, "manifests"],
    ["a.json", '{"apiVersion": "v1", "kind": "ConfigMap"}', "manifests"],
    ["values.yaml", configMap, "manifests"],
    ["base/kustomization.yaml", "resources: [a.yaml]\n", "manifests"],
    ["base/Kustomization", "resources: [a.yaml]\n", "manifests"],
    ["t.yaml", "apiVersion: template.openshift.io/v1\nkind: Template\nobjects: []\n", "manifests"],
    ["alert.yaml", `${configMap}data: {x: "{{ $labels.pod }}"}\n`, "manifests"],
    ["a.yaml", "apiVersion: v1\nkind: [\n", "unreadable"],
    ["a.yaml", `${configMap}data: {x: "{{ $labels.pod }}"\nb: c: d\n`, "unreadable"],
    ["a.yaml", "image: {{ .Values.image }}\n", "template"],
    ["a.yaml", "- {{ item }}\n", "template"],
    ["a.yaml", "a: 1\n{% if x %}\nb: [\n", "template"],
    ["a.yaml", "<% if x %>\nb: [\n", "template"],
    ["a.yaml", "namespace: @NAMESPACE@\n", "template"],
    ["a.yaml", "image: {docker_username}/app\n", "template"],
    ["a.yaml", "a: [\nname: app-{{ .Release.Name }}\n", "template"],
    ["run.yaml", "#!/bin/bash\ncat <<'EOF' | oc apply -f -\na: [\n", "script"],
    ["values-prod.yaml", "a: [\n", "values file"],
    ["chart/values.yaml", "replicas: 1\n", "values file"],
    ["prod.values.yaml", "replicas: 1\n", "values file"],
    ["Chart.yaml", "apiVersion: v2\nname: a\nversion: 0.1.0\n", "Helm chart"],
    ["patch.yaml", "- op: add\n  path: /spec\n  value: 1\n", "Kustomize patch"],
    ["patch.json", '[{"op": "remove", "path": "/spec"}]', "Kustomize patch"],
    [
      "patch.json",
      '[{"op": "add", "path": "/x", "value": {"apiVersion": "v1", "kind": "x"}}]',
      "Kustomize patch",
    ],
    [".github/workflows/ci.yaml", "on: push\n", "GitHub configuration"],
    [".github/dependabot.yml", "version: 2\n", "GitHub configuration"],
    ["docs/mkdocs.yml", "site_name: x\n", "MkDocs configuration"],
    ["site.yml", "- hosts: all\n  tasks: []\n", "Ansible"],
    ["tasks/main.yml", "- name: x\n  debug: {}\n", "no Kubernetes objects"],
    ["docker-compose.yml", "services: {}\n", "Compose file"],
    ["devfile.yaml", "schemaVersion: 2.2.0\nmetadata: {}\n", "devfile"],
    ["board.json", '{"panels": []}', "dashboard"],
    ["board.yaml", "panels: []\n", "dashboard"],
    ["package.json", '{"name": "x"', "no Kubernetes objects"],
    ["meshlint.yaml", "rules: {}\n", "meshlint configuration"],
    ["base.meshlint.yaml", "rules: {}\n", "meshlint configuration"],
    ["a.meshtest.yaml", "tests: []\n", "meshlint test"],
    ["a.yaml", "kind: x\n", "no Kubernetes objects"],
    ["a.yaml", "kind: Secret\nmetadata: {name: a}\n", "manifests"],
    ["values.yaml", "kind: Secret\nmetadata: {name: a}\n", "values file"],
    ["a.yaml", "apiVersion: 1\nkind: x\n", "no Kubernetes objects"],
    ["a.yaml", "# nothing\n---\n", "empty"],
    ["a.yaml", "", "empty"],
    ["a.yaml", "a\0b", "binary"],
  ])("%s %j: %s", (path, text, state) => expect(classOf(path, text)).toBe(state));

  it("says where reading stopped", () => {
    const file = { path: "a.yaml", text: `${configMap}---\na: b: c\n` };
    expect(classifyFile(file, parseDocuments(file))).toEqual({
      state: "unreadable",
      reason: "mapping values are not allowed here: quote a value that contains a colon",
      at: { start: 59, end: 60 },
    });
  });

  it("sees templates where structure is expected, not in quotes and comments", () => {
    expect(hasTemplateMarks("# {{ x }}\na: '{{ x }}'\nb: \"{{ .x }}\"\n")).toBe(false);
    expect(hasTemplateMarks("a:\n  - name: {{ x }}\n")).toBe(true);
  });
});

describe("loading", () => {
  const load = (files: Record<string, string>) =>
    loadFiles(Object.entries(files).map(([path, text]) => ({ path, text })));

  it("keeps manifests, and the readable documents of a file that is broken in part", () => {
    const loaded = load({ "a.yaml": `${configMap}---\nb: [\n`, "b.yaml": configMap, "c.yaml": "x: 1\n" });
    expect(loaded.documents.map(({ file, error }) => [file.path, error === null])).toEqual([
      ["a.yaml", true],
      ["a.yaml", false],
      ["b.yaml", true],
    ]);
    expect(loaded.files).toMatchObject([
      { path: "a.yaml", state: "unreadable" },
      { path: "c.yaml", state: "skipped", reason: "no Kubernetes objects" },
    ]);
  });

  it("leaves out a Helm chart as one, and nothing beside it", () => {
    const loaded = load({
      "Chart.yaml": "name: root\n",
      "values.yaml": "a: 1\n",
      "templates/a.yaml": configMap,
      "charts/sub/Chart.yaml": "name: sub\n",
      "charts/sub/templates/b.yaml": configMap,
      "crds/c.yaml": configMap,
      "deploy/d.yaml": configMap,
      "deploy/templates/e.yaml": configMap,
    });
    expect(loaded.files).toEqual([{ path: ".", state: "skipped", reason: "Helm chart" }]);
    expect(loaded.documents.map(({ file }) => file.path)).toEqual([
      "deploy/d.yaml",
      "deploy/templates/e.yaml",
    ]);
    const inFolder = load({
      "ops/shop/Chart.yml": "name: shop\n",
      "ops/shop/templates/a.yaml": "{{ x }}\n",
      "ops/bare/Chart.yaml": "name: bare\n",
    });
    expect(inFolder.files).toEqual([
      { path: "ops/shop", state: "skipped", reason: "Helm chart" },
      { path: "ops/bare/Chart.yaml", state: "skipped", reason: "Helm chart" },
    ]);
  });

  it("counts values that a tool fills in, in objects only", () => {
    const pod =
      "apiVersion: v1\nkind: Pod\nmetadata: {name: '${NAME}', namespace: '{{ ns }}', annotations: {a: '${A}'}}\n" +
      "spec: {containers: [{image: 'x:$(TAG)', args: ['${A}'], name: '@APP@'}]}\n";
    expect(load({ "a.yaml": pod }).variables).toBe(4);
    expect(load({ "a.yaml": "apiVersion: v1\nkind: ConfigMap\ndata: {x: '${A}'}\n" }).variables).toBe(0);
    expect(load({ "kustomization.yaml": "namespace: ${NS}\n" }).variables).toBe(0);
    const crd = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nspec: {a: '${A}'}\n";
    expect(load({ "a.yaml": crd }).variables).toBe(0);
  });

  it("does not parse a file twice", () => {
    const files = [
      { path: "a.yaml", text: configMap },
      { path: "x.json", text: "{}" },
    ];
    prepareFiles(files);
    const [first] = loadFiles(files).documents;
    expect(loadFiles(files).documents[0]).toBe(first);
  });
});
