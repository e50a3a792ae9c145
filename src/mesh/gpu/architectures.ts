import type { Graph, PodTemplate } from "../../model/graph.ts";
import { isUnknown } from "../../model/placeholder.ts";
import { isAssumed } from "../../model/profile.ts";
import { isList, isMapping, type Path, type Value } from "../../model/value.ts";
import { read } from "../field.ts";
import { allOf, labelsOf, type Match, matchesSelector } from "../label-match.ts";

const keys = ["kubernetes.io/arch", "beta.kubernetes.io/arch"] as const;
/** Architectures of OpenShift's nodes. */
const all = ["amd64", "arm64", "ppc64le", "s390x"];
const otherNames: Readonly<Record<string, string>> = { x86_64: "amd64", aarch64: "arm64" };
/** Where Serverless has no GPUs (Integrations 5.1). */
const withoutGpus: readonly string[] = ["ppc64le", "s390x"];

/** Architectures that pods may run on; `at`: the field that decides, null for the profile. */
export type Target =
  | { readonly state: "known"; readonly architectures: readonly string[]; readonly at: Path | null }
  | { readonly state: "unknown"; readonly needs: string };

const pathOf = (pod: PodTemplate, ...steps: Path): Path => [...pod.specPath, ...steps];

/** Whether a node of an architecture, of which nothing else is known, may fit a term of an affinity. */
function fits(term: Value, architecture: string): Match {
  const expressions = isMapping(term) ? (term.matchExpressions ?? []) : [];
  if (!isList(expressions)) return "unknown";
  const labels = labelsOf(Object.fromEntries(keys.map((key) => [key, architecture])));
  // Other labels of a node are nobody's business here.
  const about = expressions.filter((one) => isMapping(one) && keys.some((key) => key === one.key));
  return allOf(about.map((one) => matchesSelector({ matchExpressions: [one] }, labels)));
}

function selected(pod: PodTemplate, from: readonly string[]): Target | null {
  for (const key of keys) {
    const path = pathOf(pod, "nodeSelector", key);
    const reading = read(pod.resource, path);
    if (reading.state === "unknown" && pod.resource.form === "full")
      return { state: "unknown", needs: reading.why };
    if (reading.state !== "value") continue;
    return { state: "known", architectures: from.filter((name) => name === reading.value), at: path };
  }
  return null;
}

const termsPath = [
  "affinity",
  "nodeAffinity",
  "requiredDuringSchedulingIgnoredDuringExecution",
  "nodeSelectorTerms",
];

function required(pod: PodTemplate, from: readonly string[]): Target | null {
  const path = pathOf(pod, ...termsPath);
  const reading = read(pod.resource, path);
  if (reading.state === "unknown" && isUnknown(pod.spec.affinity))
    return { state: "unknown", needs: reading.why };
  if (reading.state !== "value" || !isList(reading.value)) return null;
  const terms = reading.value;
  const fitting = from.map((name) => ({ name, matches: terms.map((term) => fits(term, name)) }));
  if (fitting.some(({ matches }) => !matches.includes("yes") && matches.includes("unknown")))
    return { state: "unknown", needs: "the architectures in the affinity" };
  const architectures = fitting.filter(({ matches }) => matches.includes("yes")).map(({ name }) => name);
  return architectures.length === from.length ? null : { state: "known", architectures, at: path };
}

/** The architectures that pods may run on: by their own word, and by the profile's where it is not assumed. */
export function targetArchitectures(graph: Graph, pod: PodTemplate): Target {
  const { profile } = graph;
  const assumed = isAssumed(profile, "architectures");
  const from = assumed ? all : profile.architectures.map((name) => otherNames[name] ?? name);
  const found = selected(pod, from) ?? required(pod, from);
  return found ?? { state: "known", architectures: from, at: null };
}

/** Whether none of some architectures has GPUs for Serverless. */
export function lackGpus(architectures: readonly string[]): boolean {
  return architectures.length > 0 && architectures.every((name) => withoutGpus.includes(name));
}
