import { describe, expect, it } from "vitest";
import { clientTls, hasOwnRules } from "../../src/mesh/destination-rules.ts";
import { graphOf } from "../support/graph.ts";

const rule = (name: string, namespace: string, spec: string): string => `apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: ${name}, namespace: ${namespace}}
spec: ${spec}
`;

function tls(...rules: readonly string[]): string {
  const answer = clientTls(graphOf(rules.join("---\n")), {
    from: "a",
    host: "api.b.svc.cluster.local",
    to: "b",
    port: 80,
    rootNamespace: "root",
  });
  return answer.state === "mode" ? `${answer.mode} ${answer.at.resource.name}` : answer.state;
}

const mode = (host: string, value: string): string =>
  `{host: "${host}", trafficPolicy: {tls: {mode: ${value}}}}`;

describe("clientTls", () => {
  it("asks the caller's namespace, the service's, then the root namespace", () => {
    const root = rule("root", "root", mode("*.cluster.local", "ISTIO_MUTUAL"));
    const own = rule("own", "b", mode("api", "DISABLE"));
    const caller = rule("caller", "a", mode("*.b.svc.cluster.local", "SIMPLE"));
    expect(tls(root)).toBe("ISTIO_MUTUAL root");
    expect(tls(root, own)).toBe("DISABLE own");
    expect(tls(root, own, caller)).toBe("SIMPLE caller");
    expect(tls(rule("else", "c", mode("*", "DISABLE")))).toBe("automatic");
  });

  it("lets the first namespace with a match decide alone", () => {
    const root = rule("root", "root", mode("*.cluster.local", "ISTIO_MUTUAL"));
    expect(tls(root, rule("own", "b", "{host: api, trafficPolicy: {loadBalancer: {simple: RANDOM}}}"))).toBe(
      "automatic",
    );
    expect(tls(root, rule("other", "b", mode("web", "DISABLE")))).toBe("ISTIO_MUTUAL root");
  });

  it("takes the most specific host of a namespace", () => {
    const wide = rule("wide", "b", mode("*.cluster.local", "DISABLE"));
    const narrow = rule("narrow", "b", mode("*.b.svc.cluster.local", "MUTUAL"));
    const exact = rule("exact", "b", mode("api.b.svc.cluster.local", "ISTIO_MUTUAL"));
    expect(tls(wide, narrow)).toBe("MUTUAL narrow");
    expect(tls(wide, exact, narrow)).toBe("ISTIO_MUTUAL exact");
    const first = rule("a-first", "b", "{host: api, trafficPolicy: {}}");
    expect(tls(first, exact)).toBe("ISTIO_MUTUAL exact");
  });

  it("reads the settings of a port in place of those of the rule", () => {
    const level = (port: number, more: string): string =>
      `{host: api, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: ${port}}${more}}]}}`;
    expect(tls(rule("r", "b", level(80, ", tls: {mode: DISABLE}")))).toBe("DISABLE r");
    expect(tls(rule("r", "b", level(80, "")))).toBe("automatic");
    expect(tls(rule("r", "b", level(81, ", tls: {mode: DISABLE}")))).toBe("ISTIO_MUTUAL r");
  });

  it("keeps rules to the namespaces that they are exported to", () => {
    const to = (list: string): string =>
      `{host: api.b.svc.cluster.local, exportTo: ${list}, trafficPolicy: {tls: {mode: DISABLE}}}`;
    expect(tls(rule("r", "b", to("['.']")))).toBe("automatic");
    expect(tls(rule("r", "b", to("[a]")))).toBe("DISABLE r");
    expect(tls(rule("r", "b", to("['*']")))).toBe("DISABLE r");
    expect(tls(rule("r", "b", to("[]")))).toBe("DISABLE r");
    expect(tls(rule("r", "a", to("['.']")))).toBe("DISABLE r");
  });

  it("tells callers apart only where rules do", () => {
    const differ = (...rules: readonly string[]): boolean => hasOwnRules(graphOf(rules.join("---\n")), "a");
    expect(differ(rule("r", "b", mode("api", "DISABLE")))).toBe(false);
    expect(differ(rule("r", "a", mode("api", "DISABLE")))).toBe(true);
    expect(differ(rule("r", "b", "{host: api, exportTo: [c]}"))).toBe(true);
    expect(differ(rule("r", "b", "{host: api, exportTo: ['*']}"))).toBe(false);
  });

  it("does not guess placeholders", () => {
    expect(tls(rule("r", "b", mode("api", "'${MODE}'")))).toBe("unknown");
    expect(tls(rule("r", "b", mode("<your-host>", "DISABLE")))).toBe("automatic");
    expect(tls(rule("r", "b", "{host: api, trafficPolicy: {tls: {}}}"))).toBe("DISABLE r");
  });
});
