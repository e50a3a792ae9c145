import type { Graph } from "../model/graph.ts";
import { nearest } from "../model/nearest.ts";
import type { Resource } from "../model/resource.ts";
import { istioCniKinds, istioKinds, kinds, operatorKinds } from "./kinds.ts";
import { operatorNamespace } from "./namespaces.ts";
import { type Package, packages } from "./prerequisites.ts";

/** Packages of other catalogues that bring the same kinds. */
const substitutes: Readonly<Record<Package, readonly string[]>> = {
  "serverless-operator": ["knative-operator"],
  servicemeshoperator: [],
  servicemeshoperator3: ["sailoperator"],
};

/** A package and those of other catalogues that may stand for it. */
export function substitutesOf(name: Package): readonly string[] {
  return [name, ...substitutes[name]];
}

/** Where the documents install an operator, the preferred namespace first. */
export function namespacesOf(name: Package): readonly string[] {
  return name === packages.serverless ? ["openshift-serverless", operatorNamespace] : [operatorNamespace];
}

/** The package that a Subscription's `spec.name` is, or may be meant as; null for other operators. */
export function looksLike(name: string): Package | null {
  const all = Object.values(packages);
  const found = nearest(name, all, 2);
  return all.find((candidate) => candidate === found) ?? null;
}

const channel = /^(?:(?:stable|candidates?|(?:tech-?|dev-?)?preview)(?:-v?\d+\.\d+)?|\d+\.\d+)$/;

/** Whether a channel has a form that the catalogues use for these operators. */
export function isChannel(text: string): boolean {
  return channel.test(text);
}

const kindsOf = {
  "serverless-operator": operatorKinds,
  servicemeshoperator: [kinds.ServiceMeshControlPlane],
  servicemeshoperator3: [...istioKinds, ...istioCniKinds],
} as const satisfies Readonly<Record<Package, readonly string[]>>;

/** The set's own resources that need the operator of a package, in the order in which these are installed. */
export function customResources(graph: Graph, name: Package): readonly Resource[] {
  return kindsOf[name].flatMap((kind) => graph.own(kind));
}
