import type { Graph } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import type { Kind, Resource } from "../../model/resource.ts";
import {
  isList,
  isMapping,
  type Mapping,
  type Path,
  plainText,
  type Value,
  valueAt,
} from "../../model/value.ts";
import { securityTemplateKind } from "../../model/security-template.ts";
import type { Place } from "../field.ts";
import { once } from "../memo.ts";

/** A field of a rule as it stands there: `fromPort`, `FromPort`. */
interface Field {
  readonly path: Path;
  readonly value: Value;
}

/** One range of ports that a firewall of the cloud opens for what comes in. */
export interface PortRule extends Place {
  readonly cloud: "aws" | "azure";
  readonly from: number;
  readonly to: number;
  /** Null: not known. */
  readonly protocol: "tcp" | "udp" | "all" | "other" | null;
  readonly protocolPath: Path;
  /** A field of the rule by its name in small letters, such as `direction`; undefined: it is not there. */
  readonly field: (name: string) => Field | undefined;
}

function fieldIn(rule: Mapping, path: Path, name: string): Field | undefined {
  const key = Object.keys(rule).find((candidate) => candidate.toLowerCase() === name);
  const value = key === undefined ? null : (rule[key] ?? null);
  return key === undefined || value === null ? undefined : { path: [...path, key], value };
}

/** `-1` and `*` are Amazon's and Azure's words for all protocols; 6 and 17 are the numbers of TCP and UDP. */
const protocols: ReadonlyMap<string, PortRule["protocol"]> = new Map([
  ["tcp", "tcp"],
  ["6", "tcp"],
  ["udp", "udp"],
  ["17", "udp"],
  ["-1", "all"],
  ["all", "all"],
  ["*", "all"],
  ["any", "all"],
]);

function protocolOf(value: Value | undefined): PortRule["protocol"] {
  if (value === undefined || isUnknown(value) || isMapping(value)) return null;
  return protocols.get(plainText(value).toLowerCase()) ?? "other";
}

const everything = { from: 0, to: 65535 };

/** `9000`, `"9000-9999"`, `*`; null for what is no range. */
function rangeOf(value: Value): { readonly from: number; readonly to: number } | null {
  if (value === "*") return everything;
  const parts = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(
    typeof value === "object" ? "" : plainText(value).trim(),
  );
  if (!parts) return null;
  const from = Number(parts[1]);
  return { from, to: Number(parts[2] ?? from) };
}

type Found = readonly PortRule[];

function awsRule(resource: Resource, path: Path, rule: Mapping): Found {
  const field = (name: string) => fieldIn(rule, path, name);
  const protocol = field("ipprotocol") ?? field("protocol");
  const [from, to] = [field("fromport"), field("toport")].map((end) => (end ? rangeOf(end.value) : null));
  const kind = field("type")?.value;
  if (protocol === undefined || (typeof kind === "string" && kind.toLowerCase() === "egress")) return [];
  const read = protocolOf(protocol.value);
  // A rule for all protocols is one for all ports, whatever else it says.
  const range = from && to && read !== "all" ? { from: from.from, to: to.to } : null;
  if (range === null && read !== "all") return [];
  const shared = { resource, path, field, protocol: read, protocolPath: protocol.path };
  return [{ ...shared, cloud: "aws", ...(range ?? everything) }];
}

function azureRule(resource: Resource, path: Path, rule: Mapping): Found {
  const nested = fieldIn(rule, path, "properties");
  const inner =
    nested && isMapping(nested.value) ? { path: nested.path, value: nested.value } : { path, value: rule };
  const field = (name: string) => fieldIn(inner.value, inner.path, name);
  const protocol = field("protocol");
  const many = field("destinationportranges")?.value ?? null;
  const ports = [field("destinationportrange")?.value ?? null, ...(isList(many) ? many : [])];
  if (protocol === undefined) return [];
  return ports.flatMap((written): Found => {
    const range = written === null ? null : rangeOf(written);
    const read = protocolOf(protocol.value);
    return range
      ? [{ resource, path, field, cloud: "azure", protocol: read, protocolPath: protocol.path, ...range }]
      : [];
  });
}

/** Lists of rules by their usual names, and the object itself as a single rule. */
function rulesIn(resource: Resource, base: Path, cloud: PortRule["cloud"]): Found {
  const home = valueAt(resource.value, base);
  if (!isMapping(home)) return [];
  const parse = cloud === "aws" ? awsRule : azureRule;
  const names =
    cloud === "aws" ? ["securitygroupingress", "ingressrules", "ingress"] : ["securityrules", "securityrule"];
  const inner = cloud === "azure" ? fieldIn(home, base, "properties") : undefined;
  const lists = names.map((name) => fieldIn(home, base, name));
  if (inner && isMapping(inner.value)) {
    const { path, value } = inner;
    lists.push(...names.map((name) => fieldIn(value, path, name)));
  }
  const listed = lists.flatMap((list) => {
    if (list === undefined) return [];
    const items = isList(list.value) ? list.value : [];
    return items.flatMap((item, index) =>
      isMapping(item) ? parse(resource, [...list.path, index], item) : [],
    );
  });
  return listed.length > 0 ? listed : parse(resource, base, home);
}

const kindsOf = (names: readonly string[], groups: readonly string[]): readonly Kind[] =>
  groups.flatMap((group) => names.map((name) => `${name}.${group}`));

const awsKinds: ReadonlySet<Kind> = new Set(
  kindsOf(
    ["SecurityGroup", "SecurityGroupRule", "SecurityGroupIngressRule"],
    [
      "ec2.services.k8s.aws",
      "ec2.aws.crossplane.io",
      "ec2.aws.jet.crossplane.io",
      "ec2.aws.m.upbound.io",
      "ec2.aws.upbound.io",
    ],
  ),
);

/** Kinds that hold security groups: of the clouds' own controllers, of Crossplane, and templates. */
export const securityGroupKinds: readonly Kind[] = [
  securityTemplateKind,
  ...awsKinds,
  ...kindsOf(
    ["NetworkSecurityGroup", "NetworkSecurityGroupsSecurityRule", "SecurityGroup", "SecurityRule"],
    [
      "azure.microsoft.com",
      "network.azure.com",
      "network.azure.crossplane.io",
      "network.azure.jet.crossplane.io",
      "network.azure.m.upbound.io",
      "network.azure.upbound.io",
    ],
  ),
];

function rulesOf(resource: Resource): Found {
  if (resource.kind === securityTemplateKind) return templateRules(resource);
  const provider = ["spec", "forProvider"];
  const base = valueAt(resource.value, provider) === undefined ? ["spec"] : provider;
  return rulesIn(resource, base, awsKinds.has(resource.kind) ? "aws" : "azure");
}

/** Resources of a CloudFormation or Azure Resource Manager template. */
function templateRules(resource: Resource): Found {
  const amazon = valueAt(resource.value, ["Resources"]);
  const azure = valueAt(resource.value, ["resources"]);
  const fromAmazon = Object.entries(isMapping(amazon) ? amazon : {}).flatMap(([name, item]) =>
    /^AWS::EC2::SecurityGroup(?:Ingress)?$/.test(plainText(valueAt(item, ["Type"])))
      ? rulesIn(resource, ["Resources", name, "Properties"], "aws")
      : [],
  );
  const fromAzure = (isList(azure) ? azure : []).flatMap((item, index) =>
    /^Microsoft\.Network\/networkSecurityGroups(?:\/securityRules)?$/i.test(
      plainText(valueAt(item, ["type"])),
    )
      ? rulesIn(resource, ["resources", index], "azure")
      : [],
  );
  return [...fromAmazon, ...fromAzure];
}

/** Every rule of the set's own security groups for ports. */
export const portRules = once((graph: Graph): readonly PortRule[] =>
  graph.own(...securityGroupKinds).flatMap(rulesOf),
);

export const covers = (rule: PortRule, port: number): boolean => rule.from <= port && port <= rule.to;
/** Whether the rule is about one port alone. */
export const names = (rule: PortRule, port: number): boolean => rule.from === port && rule.to === port;
