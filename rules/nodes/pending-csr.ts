import { anchorKinds, anchorOf, pendingRequests } from "../../src/mesh/nodes/live-nodes.ts";
import { at, defineRule, fail, undecided } from "../../src/rule/define.ts";
import { architecture } from "../../src/rule/documents.ts";

/** Requests of machines that join are approved within moments where that happens by itself. */
const patience = 10 * 60 * 1000;

export const rule = defineRule({
  id: "nodes/pending-csr",
  summary: "Machines wait for the approval of their certificates and cannot join the cluster.",
  severity: "info",
  category: "operations",
  documentation: [architecture("2.1.2"), architecture("5.1.2")],
  fix: "none",
  live: true,
  reads: anchorKinds,
  subjects: (graph) => {
    const anchor = anchorOf(graph, "worker");
    return anchor ? [anchor] : [];
  },
  *check(resource, graph, { now }) {
    const pending = pendingRequests(graph, now);
    const waiting = pending.filter(({ age }) => age !== null && age > patience);
    if (waiting.length === 0) {
      if (pending.some(({ age }) => age === null)) yield undecided("when the pending requests were made");
      return;
    }
    const minutes = Math.floor(Math.max(...waiting.map(({ age }) => age ?? 0)) / 60000);
    const [what, wait] = waiting.length === 1 ? ["request", "waits"] : ["requests", "wait"];
    yield fail(
      at(resource),
      `${waiting.length} certificate ${what} of nodes ${wait} for approval, up to ${minutes} minutes; bootstrap certificates end after 24 hours`,
      {
        related: waiting.map((one) => ({
          at: at(one.resource, "metadata", "name"),
          message: `CertificateSigningRequest ${one.resource.name} is pending`,
        })),
        advice: "approve the requests of machines that you know: oc adm certificate approve NAME",
      },
    );
  },
});
