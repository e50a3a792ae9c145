import { describe, expect, it } from "vitest";
import { workloadFlaws } from "../../../src/mesh/manifests/workload-flaws.ts";
import { formatPath } from "../../../src/model/value.ts";
import { graphOf, type GraphOptions } from "../../support/graph.ts";

const flaws = (yaml: string, options: GraphOptions = {}) => {
  const graph = graphOf(yaml, { namespace: "shop", ...options });
  return graph.pods().flatMap((pod) => workloadFlaws(graph, pod).map(({ path }) => formatPath(path)));
};
const deployment = (spec: string, rest = "", metadata = "") =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cart${metadata}}\nspec:\n  ${rest}\n  template:\n    metadata: {labels: {app: cart}}\n    spec: ${spec}\n`;
const runs = (container: string) => flaws(deployment(`{containers: [${container}]}`));

describe("run-to-completion commands of a Deployment", () => {
  it.each([
    "{command: [kubectl, apply, -f, a.yaml]}",
    "{command: [/usr/bin/oc, create, -f, a.yaml]}",
    '{command: [sh, -c, "cd app && python manage.py migrate"]}',
    '{command: [sh, -ec], args: ["flyway -url=x migrate"]}',
    "{command: [alembic, upgrade, head]}",
    "{command: [echo, done]}",
    "{command: [pg_dump, shop]}",
  ])("%s", (container) => {
    expect(runs(container)).toEqual(["spec.template.spec.containers[0].command"]);
  });

  it("may stand in the arguments", () => {
    expect(runs("{args: [rake, db:migrate]}")).toEqual(["spec.template.spec.containers[0].args"]);
  });

  it.each([
    "{command: [kubectl, proxy]}",
    "{command: [nginx, -g, daemon off;]}",
    '{command: [sh, -c, "while true; do oc apply -f a.yaml; done"]}',
    '{command: [sh, -c, "python manage.py migrate; exec gunicorn"]}',
    '{command: [sh, -c, "echo start; ./server"]}',
    "{command: [sh, -c]}",
    "{image: x}",
    "{command: [echo]}, {image: sidecar}",
    "{command: echo}",
  ])("are not: %s", (container) => {
    expect(runs(container)).toEqual([]);
  });
});

describe("replicas", () => {
  const ha = ", labels: {ha: true}";

  it("are too few for a label that promises more", () => {
    expect(flaws(deployment("{}", "replicas: 1", ha))).toEqual(["spec.replicas"]);
    expect(flaws(deployment("{}", "", ha))).toEqual(["spec.replicas"]);
    expect(flaws(deployment("{}", "replicas: 2", ha))).toEqual([]);
    expect(flaws(deployment("{}", 'replicas: "${N}"', ha))).toEqual([]);
    expect(flaws(deployment("{}", "replicas: 1", ", labels: {ha: {toString: x}}"))).toEqual([]);
  });

  it("share a claim that one node can write", () => {
    const claim = (modes: string) =>
      `---\napiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: data}\nspec: {accessModes: ${modes}}\n`;
    const spec = "{volumes: [{name: t}, {persistentVolumeClaim: {claimName: data}}]}";
    const path = "spec.template.spec.volumes[1].persistentVolumeClaim.claimName";
    expect(flaws(deployment(spec, "replicas: 2") + claim("[ReadWriteOncePod]"))).toEqual([path]);
    expect(flaws(deployment(spec, "replicas: 2") + claim("[ReadWriteOnce, ReadWriteMany]"))).toEqual([]);
    expect(flaws(deployment(spec, "replicas: 2") + claim("x"))).toEqual([]);
    expect(flaws(deployment(spec, "replicas: 2"))).toEqual([]);
    expect(flaws(deployment(spec, "replicas: 1") + claim("[ReadWriteOnce]"))).toEqual([]);
  });
});

describe("agents", () => {
  const agent = (image: string, path: string) =>
    flaws(deployment(`{containers: [{image: ${image}}], volumes: [{hostPath: {path: ${path}}}]}`));

  it("read the node that they run on", () => {
    expect(agent("docker.io/prom/node-exporter:1.8", "/proc")).toHaveLength(1);
    expect(agent("fluent-bit", "/var/log/pods")).toHaveLength(1);
    expect(agent("quay.io/shop/cart:1", "/var/log")).toEqual([]);
    expect(agent("fluent-bit", "/srv/data")).toEqual([]);
  });
});

describe("bare Pods", () => {
  const pod = (spec: string, metadata = "") =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: cart, labels: {app: cart}${metadata}}\nspec: ${spec}\n`;
  const service = (selector: string) =>
    `---\napiVersion: v1\nkind: Service\nmetadata: {name: cart}\nspec: {selector: ${selector}}\n`;

  it("serve others if they are probed or selected", () => {
    expect(flaws(pod("{containers: [{livenessProbe: {}}]}"))).toEqual(["kind"]);
    expect(flaws(pod("{containers: [{}]}") + service("{app: cart}"))).toEqual(["kind"]);
  });

  it("are left alone else", () => {
    expect(flaws(pod("{containers: [{}]}") + service("{app: shop}"))).toEqual([]);
    expect(flaws(pod("{containers: [{}]}") + service("{}"))).toEqual([]);
    expect(flaws(pod("{restartPolicy: OnFailure, containers: [{livenessProbe: {}}]}"))).toEqual([]);
    const hook = ", annotations: {helm.sh/hook: test}";
    expect(flaws(pod("{containers: [{livenessProbe: {}}]}", hook))).toEqual([]);
  });
});
