import { severities } from "../model/finding.ts";
import { profileKeys, type ProfileKey } from "../model/profile.ts";
import { layers } from "../model/set.ts";
import { toJsonSchema, type Shape } from "./shape.ts";

export const text = (description: string, ...examples: readonly unknown[]): Shape => ({
  type: "text",
  description,
  ...(examples.length > 0 ? { examples } : {}),
});

export const list = (description: string, items: Shape, ...examples: readonly unknown[]): Shape => ({
  type: "list",
  description,
  items,
  ...(examples.length > 0 ? { examples } : {}),
});

const profileTexts: Readonly<Record<ProfileKey, Shape>> = {
  serverless: text("Version of OpenShift Serverless.", "1.32"),
  mesh: text("Version of OpenShift Service Mesh.", "2.4"),
  openshift: text("Version of OpenShift Container Platform.", "4.14"),
  clusterDomain: text("Domain of the cluster's services.", "cluster.local"),
  ingressDomain: text("Domain of the cluster's routes.", "apps.example.com"),
  trustDomain: text("Trust domain of the mesh's identities.", "cluster.local"),
  platform: text("The platform that the cluster runs on.", "AWS"),
  architectures: {
    type: "either",
    description: "Architectures of the cluster's nodes.",
    of: [
      text("Architectures, separated by commas.", "amd64,arm64"),
      list("Architectures.", text("An architecture.", "amd64")),
    ],
  },
};

export const profileShape: Shape = {
  type: "mapping",
  description:
    "Versions and facts of the cluster that the manifests are meant for. What is not said is detected, or assumed.",
  keys: Object.fromEntries(profileKeys.map((key) => [key, profileTexts[key]])),
  examples: [{ serverless: "1.32", mesh: "2.4", ingressDomain: "apps.example.com" }],
};

const layer: Shape = {
  type: "choice",
  description: "A part of the platform.",
  values: layers,
  noun: "layer",
};

export const tenantsShape = list(
  "Tenants and their namespaces. Rules of the group tenant/ and the matrix judge by them.",
  {
    type: "mapping",
    description: "A tenant.",
    required: ["name", "namespaces"],
    keys: {
      name: text("Name of the tenant.", "team-alpha"),
      namespaces: list("Namespaces that belong to the tenant.", text("A namespace.", "team-alpha-1")),
    },
  },
  [{ name: "team-alpha", namespaces: ["team-alpha-1", "team-alpha-2"] }],
);

const level: Shape = {
  type: "choice",
  description: "Severity of all findings of the rule, or off.",
  values: ["off", ...severities],
  noun: "level",
};

const context = list("What is known to exist beside the set, and is not this repository's to change.", {
  type: "mapping",
  description: "Manifests, a snapshot of a cluster, or a stated fact.",
  oneOf: ["path", "snapshot", "fact"],
  keys: {
    path: text("Manifests: a folder or a glob.", "../platform/**/*.yaml"),
    snapshot: text("A file written by `meshlint snapshot`.", "cluster.yaml"),
    fact: {
      type: "mapping",
      description: "Something that holds in the cluster.",
      required: ["members"],
      keys: {
        members: {
          type: "names",
          description: "Members of the roll in a control plane's namespace.",
          values: list("Namespaces.", text("A namespace.")),
          examples: [{ "istio-system": ["knative-serving", "team-a"] }],
        },
      },
    },
    complete: {
      type: "either",
      description: "What is not in this context does not exist: everywhere, or in these layers.",
      of: [{ type: "flag", description: "Everywhere." }, list("In these layers.", layer)],
      examples: [true, ["mesh", "gateways"]],
    },
  },
});

const set: Shape = {
  type: "mapping",
  description: "The resources that end up in one cluster.",
  required: ["path"],
  keys: {
    name: text("Name of the set in reports.", "prod"),
    path: text("Folder of the set, or a glob with one set for each match.", "clusters/prod", "clusters/*"),
    render: {
      type: "choice",
      description: "What makes the manifests.",
      values: ["none", "kustomize", "helm"],
      noun: "renderer",
    },
    values: list("Values files for helm.", text("A file.", "values-prod.yaml")),
    namespace: text("Namespace of objects that name none.", "team-a"),
    owns: list("Parts of the platform that this set is responsible for.", layer, ["mesh", "gateways"]),
    context,
    tenants: tenantsShape,
    profile: profileShape,
  },
};

const suppression: Shape = {
  type: "mapping",
  description: "Findings that are known and accepted.",
  required: ["rule"],
  keys: {
    rule: text("A rule id, or a glob.", "gateway/wildcard-443-conflict", "tenant/*"),
    resource: {
      type: "text",
      description: "Kind/namespace/name or Kind/name; * stands for any characters.",
      format: { pattern: /^[^/\s]+(?:\/[^/\s]+){1,2}$/, expected: "Kind/namespace/name or Kind/name" },
      examples: ["Gateway/shop/shop"],
    },
    path: text("Files in which it holds: a path or a glob.", "legacy/**"),
    reason: text("Why the finding is accepted. A suppression without one is itself a finding."),
    until: {
      type: "text",
      description: "The last day on which it holds.",
      format: {
        pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
        expected: "a date such as 2027-03-01",
      },
      examples: ["2027-03-01"],
    },
  },
};

const ownFiles = (description: string, ...examples: readonly string[]): Shape =>
  list(description, text("A path or a glob, relative to this file."), examples);

/** All that `meshlint.yaml` may say. */
export const configShape: Shape & { readonly type: "mapping" } = {
  type: "mapping",
  description: "Configuration of meshlint.",
  keys: {
    extends: text(
      "Another config that this one builds on: a path relative to this file, or a package.",
      "./base.meshlint.yaml",
    ),
    profile: profileShape,
    ignore: list("Files that are not read.", text("A glob, relative to this file."), ["**/debugging/**"]),
    sets: list("The sets. Without any, meshlint finds them itself.", set, [
      { name: "prod", path: "clusters/prod" },
    ]),
    tenants: tenantsShape,
    rules: {
      type: "names",
      description: "Levels and options of rules, by id or glob; later ones win.",
      values: {
        type: "either",
        description: "A level, or a level and options.",
        of: [
          level,
          {
            type: "pair",
            description: "A level and options.",
            first: level,
            second: { type: "anything", description: "Options of the rule." },
          },
        ],
      },
      examples: [{ "gateway/foreign-gateway-in-mesh": "off", "cert/validity": ["warning", { days: 60 }] }],
    },
    suppress: list("Findings that are known and accepted.", suppression),
    schemas: ownFiles("More CustomResourceDefinitions or JSON Schemas.", "crds/"),
    policies: ownFiles("Own rules in CEL.", "policies/*.yaml"),
    plugins: ownFiles(
      "Own rules in code. They run with the rights of whoever runs meshlint.",
      "./rules/naming.ts",
    ),
  },
};

/** The JSON Schema that editors use (`schemas/meshlint.schema.json`). */
export function configJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "meshlint.yaml",
    ...toJsonSchema(configShape),
  };
}
