import { hasOpenProtocol, opensPeerPods, portFlaws, tunnelPort } from "../../src/mesh/peerpods/open-ports.ts";
import { securityGroupKinds } from "../../src/mesh/peerpods/port-rules.ts";
import { at, defineSetRule, fail, notApplicable, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

export const rule = defineSetRule({
  id: "peerpods/tunnel-port",
  summary: "A security group opens the ports of peer pods incompletely.",
  severity: "info",
  category: "networking",
  documentation: [peerPods("3.1.2.1"), peerPods("3.1.3.1")],
  upstream: [
    "openshift/cloud-api-adaptor src/cloud-api-adaptor/install/overlays/aws/kustomization.yaml",
    "openshift/cloud-api-adaptor src/cloud-api-adaptor/install/overlays/azure/kustomization.yaml",
  ],
  fix: "none",
  reads: [...securityGroupKinds],
  applicable: (graph) =>
    opensPeerPods(graph) ? null : notApplicable("no security group that opens the ports of peer pods"),
  *check(graph) {
    for (const { at: place, message, advice } of portFlaws(graph))
      yield fail(at(place.resource, ...place.path), message, { advice });
    if (hasOpenProtocol(graph)) yield undecided("the protocol of the rules for the ports of peer pods");
    const port = tunnelPort(graph);
    if (port.state === "absent") yield undecided("VXLAN_PORT of the ConfigMap of peer pods");
    if (port.state === "unknown") yield undecided(port.why);
  },
});
