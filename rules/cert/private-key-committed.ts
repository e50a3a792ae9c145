import { committedKeys } from "../../src/mesh/certificates/committed-keys.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { at, defineRule, fail } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "cert/private-key-committed",
  summary: "A Secret in the repository holds a private key or a password in clear.",
  severity: "warning",
  category: "hygiene",
  documentation: [integrations("1.3")],
  fix: "none",
  reads: [kinds.Secret],
  candidates: "each",
  selfContained: true,
  subjects: (graph) => graph.own(kinds.Secret),
  *check(secret, graph) {
    const [first, ...others] = committedKeys(graph, secret);
    if (!first) return;
    const all = [first, ...others].map(({ what }) => what).join(", ");
    yield fail(at(secret, ...first.path), `the Secret holds ${all} in clear: base64 is no encryption`, {
      related: others.map(({ path, what }) => ({ at: at(secret, ...path), message: what })),
      advice:
        "replace it by a SealedSecret, an ExternalSecret or a file encrypted with SOPS, and issue the key anew",
    });
  },
});
