import { describe, expect, it } from "vitest";
import { discoverIn, object, summary } from "./tree.ts";

/** An Application with a source path, a namespace and a cluster. */
function application(name: string, spec: string): string {
  return object("Application.argoproj.io", name, "argocd", `spec:\n${spec.replaceAll(/^/gm, "  ")}`);
}

const inCluster = "destination: { server: https://kubernetes.default.svc, namespace: team-a }";

describe("Argo CD Applications", () => {
  it("fills the namespace of objects that name none, in the source's own folder only", () => {
    const { sets } = discoverIn({
      "apps/shop.yaml": application("shop", `source: { path: deploy/shop }\n${inCluster}`),
      "deploy/shop/service.yaml": object("Service.serving.knative.dev", "shop"),
      "deploy/shop/map.yaml": object("ConfigMap", "map", "own"),
      "deploy/shop/nested/map.yaml": object("ConfigMap", "nested"),
    });
    expect(summary(sets)).toEqual({
      "shop* (deploy/shop)": ["ConfigMap own/map", "Service team-a/shop"],
      "rest (.)": ["Application argocd/shop", "ConfigMap nested"],
    });
  });

  it("goes down where it recurses, and heeds include and exclude", () => {
    const { sets } = discoverIn({
      "apps/shop.yaml": application(
        "shop",
        `source:\n  path: ./deploy\n  directory: { recurse: true, include: '**/*.yaml', exclude: '{**/skip-*.yaml,x/*}' }\n${inCluster}`,
      ),
      "deploy/a/map.yaml": object("ConfigMap", "a"),
      "deploy/a/skip-map.yaml": object("ConfigMap", "skipped"),
      "deploy/x/map.yaml": object("ConfigMap", "x"),
      "deploy/a/map.json": '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"json"}}',
      "deploy/a/map.txt": object("ConfigMap", "text"),
    });
    expect(summary(sets)["shop* (deploy)"]).toEqual(["ConfigMap team-a/a"]);
  });

  it("may be about the whole repository", () => {
    const { sets } = discoverIn({
      "app.yaml": application("all", `source: { path: '.', directory: { exclude: app.yaml } }\n${inCluster}`),
      "map.yaml": object("ConfigMap", "map"),
    });
    expect(summary(sets)).toEqual({
      "all* (.)": ["ConfigMap team-a/map"],
      "rest (.)": ["Application argocd/all"],
    });
  });

  it("builds the kustomization of its source, whose namespace comes first", () => {
    const { sets } = discoverIn({
      "apps/shop.yaml": application("shop", `source: { path: deploy }\n${inCluster}`),
      "apps/forced.yaml": application(
        "forced",
        "source: { path: other, kustomize: { namespace: forced } }\ndestination: { name: other, namespace: x }",
      ),
      "apps/unknown.yaml": application(
        "unknown",
        "source: { path: third, kustomize: { namespace: '${NS}' } }\ndestination: { name: third, namespace: '<ns>' }",
      ),
      "deploy/kustomization.yaml": "namespace: kustomized\nresources: [map.yaml]",
      "deploy/map.yaml": object("ConfigMap", "map"),
      "other/kustomization.yaml": "resources: [map.yaml]",
      "other/map.yaml": object("ConfigMap", "map", "own"),
      "third/kustomization.yaml": "resources: [map.yaml]",
      "third/map.yaml": object("ConfigMap", "map", "own"),
    });
    expect(summary(sets)).toMatchObject({
      "shop* (deploy)": ["ConfigMap kustomized/map"],
      "forced* (other)": ["ConfigMap forced/map"],
      "unknown* (third)": ["ConfigMap map"],
    });
  });

  it("joins what goes to one cluster, and keeps clusters apart", () => {
    const { sets } = discoverIn({
      "argo/mesh.yaml": application(
        "mesh",
        "source: { path: deploy/mesh }\ndestination: { name: in-cluster, namespace: istio-system }",
      ),
      "argo/serverless.yaml": application("serverless", `source: { path: deploy/serverless }\n${inCluster}`),
      "argo/east.yaml": application("east", "source: { path: deploy/east }\ndestination: { name: east }"),
      "argo/east-2.yaml": application("east-2", "source: { path: deploy/west }\ndestination: { name: east }"),
      "deploy/mesh/control-plane.yaml": object("ServiceMeshControlPlane.maistra.io", "basic"),
      "deploy/serverless/serving.yaml": object("KnativeServing.operator.knative.dev", "knative-serving"),
      "deploy/east/map.yaml": object("ConfigMap", "a", "a"),
      "deploy/west/map.yaml": object("ConfigMap", "b", "b"),
    });
    expect(summary(sets)).toMatchObject({
      "deploy* (deploy)": [
        "KnativeServing team-a/knative-serving",
        "ServiceMeshControlPlane istio-system/basic",
      ],
      "east* (deploy)": ["ConfigMap a/a", "ConfigMap b/b"],
    });
  });

  it("does not join variants that define the same object", () => {
    const { sets } = discoverIn({
      "argo/dev.yaml": application("dev", `source: { path: deploy/one }\n${inCluster}`),
      "argo/prod.yaml": application("prod", `source: { path: deploy/two }\n${inCluster}`),
      "deploy/one/map.yaml": object("ConfigMap", "map"),
      "deploy/two/map.yaml": object("ConfigMap", "map"),
    });
    expect(Object.keys(summary(sets))).toEqual(["dev* (deploy/one)", "prod* (deploy/two)", "rest (.)"]);
  });

  it("follows several sources, and notes those that are not here", () => {
    const { sets, notes } = discoverIn({
      "argo/all.yaml": application(
        "all",
        `sources:\n  - { path: a }\n  - { path: b }\n  - { chart: kafka }\n  - { path: elsewhere }\n  - text\n${inCluster}`,
      ),
      "argo/none.yaml": application("none", "source: { path: nowhere }"),
      "argo/chart.yaml": application("chart", "source: { chart: kafka }"),
      "argo/odd.yaml": object("Application.argoproj.io", "odd", "argocd"),
      "argo/list.yaml": "- apiVersion: argoproj.io/v1alpha1",
      "a/map.yaml": object("ConfigMap", "a"),
      "b/map.yaml": object("ConfigMap", "b"),
    });
    expect(summary(sets)["all* (a)"]).toEqual(["ConfigMap team-a/a", "ConfigMap team-a/b"]);
    expect(notes.map(({ what }) => what)).toEqual(["elsewhere", "nowhere"]);
  });

  it("finds an app of apps and its children", () => {
    const { sets } = discoverIn({
      "bootstrap/root.yaml": application(
        "root",
        "source: { path: apps }\ndestination: { namespace: argocd }",
      ),
      "apps/shop.yaml": application("shop", `source: { path: shop }\n${inCluster}`),
      "shop/map.yaml": object("ConfigMap", "map"),
    });
    expect(summary(sets)).toEqual({
      "root* (apps)": ["Application argocd/shop"],
      "shop* (shop)": ["ConfigMap team-a/map"],
      "rest (.)": ["Application argocd/root"],
    });
  });

  it("finds a source from a working directory below the repository's root", () => {
    const files = {
      "apps/shop.yaml": application("shop", `source: { path: deploy/shop }\n${inCluster}`),
      "shop/map.yaml": object("ConfigMap", "map"),
      "../apps/other.yaml": application("other", `source: { path: other }\ndestination: { name: b }`),
      "../other/map.yaml": object("ConfigMap", "other", "x"),
    };
    expect(summary(discoverIn(files, { root: "..", belowRoot: "deploy" }).sets)).toMatchObject({
      "shop* (shop)": ["ConfigMap team-a/map"],
      "other* (../other)": ["ConfigMap x/other"],
    });
    expect(discoverIn(files, { root: ".." }).sets.map((set) => set.name)).toEqual(["other", "rest"]);
    expect(
      discoverIn(
        {
          "sub/app.yaml": application("all", `source: { path: . }\n${inCluster}`),
          "sub/map.yaml": object("ConfigMap", "m"),
        },
        { root: "sub" },
      ).sets.map((set) => `${set.name} ${set.path}`),
    ).toEqual(["all sub"]);
  });
});

describe("Argo CD ApplicationSets", () => {
  function applicationSet(generators: string, template: string): string {
    const rest = `spec:\n  generators:\n${generators.replaceAll(/^/gm, "    ")}\n  template:\n${template.replaceAll(/^/gm, "    ")}`;
    return object("ApplicationSet.argoproj.io", "all", "argocd", rest);
  }
  const tree = {
    "teams/a/map.yaml": object("ConfigMap", "map"),
    "teams/b/map.yaml": object("ConfigMap", "map"),
    "teams/old/map.yaml": object("ConfigMap", "map"),
    "teams/b/deep/er/map.yaml": object("ConfigMap", "deep"),
  };

  it("fills in the folders that its git generator finds", () => {
    const { sets } = discoverIn({
      ...tree,
      "set.yaml": applicationSet(
        "- git:\n    directories:\n      - path: teams/*\n      - { path: teams/old, exclude: true }\n      - {}",
        "metadata: { name: 'team-{{path.basename}}' }\nspec:\n  source: { path: '{{path}}' }\n  destination: { name: '{{path.basename}}', namespace: '{{path.basenameNormalized}}' }",
      ),
    });
    expect(summary(sets)).toEqual({
      "team-a* (teams/a)": ["ConfigMap a/map"],
      "team-b* (teams/b)": ["ConfigMap b/map"],
      "rest (.)": ["ApplicationSet argocd/all", "ConfigMap deep", "ConfigMap map"],
    });
  });

  it("fills in lists and their products with folders, in the notation of Go templates", () => {
    const { sets } = discoverIn({
      ...tree,
      "set.yaml": applicationSet(
        [
          "- matrix:",
          "    generators:",
          "      - git: { directories: [{ path: teams/a }] }",
          "      - list: { elements: [{ cluster: east, number: 1, more: { toString: {} } }, { cluster: west }] }",
          "      - clusters: {}",
        ].join("\n"),
        "metadata: {}\nspec:\n  source: { path: '{{ .path.path }}' }\n  destination: { name: '{{ .cluster }}', namespace: 'team-{{ .number }}' }",
      ),
    });
    expect(sets.map((set) => `${set.name} ${set.resources[0]?.namespace}`)).toEqual([
      "teams/a team-1",
      "teams/a#2 null",
      "rest null",
    ]);
  });

  it("leaves open what only the cluster can tell", () => {
    const { sets, notes } = discoverIn({
      ...tree,
      "set.yaml": applicationSet(
        "- clusters: {}\n- list: {}",
        "metadata: { name: '{{name}}' }\nspec:\n  source: { path: 'teams/{{name}}' }",
      ),
      "no-template.yaml": object("ApplicationSet.argoproj.io", "none", "argocd"),
    });
    expect(sets.map((set) => set.name)).toEqual(["default"]);
    expect(notes.map(({ what }) => what)).toEqual(["teams/{{name}}"]);
  });

  it("stays bounded when generators multiply", () => {
    const list = `- list: { elements: [${Array.from({ length: 40 }, (_, index) => `{ k: a${index} }`).join(", ")}] }`;
    const { sets } = discoverIn({
      ...tree,
      "set.yaml": applicationSet(
        `- matrix:\n    generators:\n${Array(8).fill(list).join("\n").replaceAll(/^/gm, "      ")}`,
        "metadata: { name: x }\nspec:\n  source: { path: teams/a }\n  destination: { name: x }",
      ),
    });
    expect(sets.length).toBeLessThanOrEqual(1001);
  });
});
