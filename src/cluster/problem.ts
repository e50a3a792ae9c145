import { ClusterError, type ClusterProblemKind, type FieldConflict } from "../model/cluster.ts";
import { isList, isMapping, type Value } from "../model/value.ts";

const text = (value: Value | undefined): string => (typeof value === "string" ? value : "");

/** `Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas`. */
function conflictsOf(causes: readonly Value[]): readonly FieldConflict[] {
  return causes.flatMap((cause): readonly FieldConflict[] => {
    if (!isMapping(cause) || cause.reason !== "FieldManagerConflict") return [];
    const manager = /conflict with "([^"]*)"/.exec(text(cause.message))?.[1] ?? "another manager";
    return [{ manager, field: text(cause.field) }];
  });
}

function kindOf(status: number, reason: string, message: string): ClusterProblemKind {
  if (status === 401) return "unauthorized";
  const byPolicy = /admission webhook|exceeded quota|denied the request|ValidatingAdmissionPolicy/.test(
    message,
  );
  if (byPolicy) return "rejected";
  if (status === 403) return "forbidden";
  if (status === 404) return "not-found";
  if (status === 409) return "conflict";
  if (status === 400 || status === 422) return "invalid";
  if (status === 429 || status === 503) return "busy";
  return status === 504 || reason === "Timeout" ? "timeout" : "server";
}

/**
 * Values that a server repeats in its messages (`Invalid value: "…"`) may be those of a Secret: they are left out of
 * what it says about Secrets.
 */
export function withoutValues(message: string): string {
  return message.replace(
    /((?:Invalid|Unsupported|Duplicate|Forbidden) value: )(?:"(?:[^"\\]|\\.)*"|[^:,\s]+)/g,
    "$1…",
  );
}

/**
 * What a server's answer with an error says (the `Status` object of the Kubernetes API).
 *
 * @param what what was asked for, as a clause: `apply Secret istio-system/wildcard-certs`
 */
export function problemOf(status: number, body: Value, what: string, secret: boolean): ClusterError {
  const answer = isMapping(body) ? body : {};
  const details = isMapping(answer.details ?? null) ? answer.details : {};
  const listed = isMapping(details) && isList(details.causes ?? null) ? details.causes : [];
  const causes = isList(listed ?? null) ? (listed as readonly Value[]) : [];
  const said = text(answer.message) || `the server answers with status ${status}`;
  const clean = (message: string): string => (secret ? withoutValues(message) : message);
  return new ClusterError(kindOf(status, text(answer.reason), said), `${what}: ${clean(said)}`, {
    status,
    conflicts: conflictsOf(causes),
    causes: causes.flatMap((cause) =>
      isMapping(cause) && cause.reason !== "FieldManagerConflict"
        ? [{ field: text(cause.field), message: clean(text(cause.message)) }]
        : [],
    ),
  });
}
