import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compilePolicy } from "../../../src/mesh/authorization/compile.ts";
import { decide, policySet } from "../../../src/mesh/authorization/decide.ts";
import type { Provider } from "../../../src/mesh/authorization/decide.ts";
import { requestPath } from "../../../src/mesh/authorization/path.ts";
import { currentIstio } from "../../../src/mesh/authorization/policy.ts";
import type { PolicySettings } from "../../../src/mesh/authorization/policy.ts";
import { spiffe } from "../../../src/mesh/authorization/request.ts";
import type { ProxyRequest } from "../../../src/mesh/authorization/request.ts";
import { appliesTo } from "../../../src/mesh/authorization/selection.ts";
import { labelsOf } from "../../../src/mesh/label-match.ts";
import { parseDocuments } from "../../../src/load/parse.ts";
import { toResources } from "../../../src/load/resources.ts";
import type { Resource } from "../../../src/model/resource.ts";
import { isMapping, type Value } from "../../../src/model/value.ts";
import { appliesByForce, authorizeByForce } from "../../support/brute-force-authorization.ts";
import type { BruteMesh, BrutePolicy, BruteRequest } from "../../support/brute-force-authorization.ts";
import { mesh, policy, request, workload } from "../../support/random-authorization.ts";

function resourcesOf(policies: readonly BrutePolicy[]): readonly Resource[] {
  const texts = policies.map(({ namespace, annotation, spec }, index) => {
    const annotations = annotation === undefined ? {} : { annotations: { "istio.io/dry-run": annotation } };
    return JSON.stringify({
      apiVersion: "security.istio.io/v1",
      kind: "AuthorizationPolicy",
      metadata: { name: `p${index}`, namespace, ...annotations },
      spec,
    });
  });
  return parseDocuments({ path: "all.yaml", text: texts.join("\n---\n") }).flatMap((document) => [
    ...toResources(document),
  ]);
}

function settingsOf({ trustDomains, normalization, templates, quoted }: BruteMesh): PolicySettings {
  const [first = "cluster.local", ...aliases] = trustDomains;
  return {
    ...currentIstio,
    trustDomains: [first, ...aliases],
    normalization,
    pathTemplates: templates ? "yes" : "no",
    quoted,
  };
}

function proxyRequest(made: BruteRequest, { normalization }: BruteMesh): ProxyRequest {
  const { peer, path, headers, claims, ...rest } = made;
  const token = claims as Value;
  return {
    ...rest,
    peer: peer && spiffe(peer.domain, peer.namespace, peer.account),
    path: requestPath(path, normalization),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    claims: isMapping(token) ? token : null,
  };
}

const providers =
  (made: BruteMesh) =>
  (name: string): Provider =>
    made.providers[name] ?? "invalid";

function verdict(resources: readonly Resource[], made: BruteRequest, seen: BruteMesh): string {
  const set = policySet(resources.map((resource) => compilePolicy(resource, settingsOf(seen))));
  return decide(set, proxyRequest(made, seen), providers(seen)).verdict;
}

const here = { namespace: "shop", labels: {} };
const local = { odd: true, spaces: ["shop"], selectors: false };
const policies = fc.array(policy(local), { minLength: 1, maxLength: 3 });
const parameters = (numRuns: number) => ({ numRuns, seed: 7 });

describe("an evaluator written from the semantics alone", () => {
  it("agrees on 10,000 random lists of policies and requests, with all verdicts among them", () => {
    const counts = { ALLOW: 0, DENY: 0, UNCERTAIN: 0 };
    fc.assert(
      fc.property(policies, request, mesh, (list, made, seen) => {
        const expected = authorizeByForce(list, here, made, seen);
        counts[expected] += 1;
        expect(verdict(resourcesOf(list), made, seen)).toBe(expected);
      }),
      parameters(10_000),
    );
    expect(counts.ALLOW).toBeGreaterThan(2000);
    expect(counts.DENY).toBeGreaterThan(2000);
    expect(counts.UNCERTAIN).toBeGreaterThan(100);
  });

  it("agrees on the policies that apply to a workload", () => {
    const anywhere = policy({ odd: false, spaces: ["shop", "bank", "istio-system"], selectors: true });
    const seen = { applied: 0, left: 0 };
    fc.assert(
      fc.property(anywhere, workload, (made, pod) => {
        const expected = appliesByForce(made, pod, "istio-system");
        seen[expected ? "applied" : "left"] += 1;
        const [resource] = resourcesOf([made]);
        const known = made.namespace === pod.namespace || made.namespace === "istio-system";
        const labels = labelsOf(pod.labels);
        const answer = known && resource ? appliesTo(resource, { ...pod, labels }) : "no";
        expect(answer).toBe(expected ? "yes" : "no");
      }),
      parameters(1000),
    );
    expect(Math.min(seen.applied, seen.left)).toBeGreaterThan(200);
  });

  it("agrees with what older versions may make of special characters, in either reading", () => {
    fc.assert(
      fc.property(policies, request, mesh, (list, made, seen) => {
        const readings = [true, false].map((quoted) =>
          authorizeByForce(list, here, made, { ...seen, quoted }),
        );
        const answer = verdict(resourcesOf(list), made, { ...seen, quoted: false });
        if (answer !== "UNCERTAIN") expect(readings).toEqual([answer, answer]);
      }),
      parameters(1500),
    );
  });

  it("finds nothing else where the real one is sure without knowing everything", () => {
    let sure = 0;
    const blank = fc.subarray(["sourceIp", "remoteIp", "sni", "host", "x-tenant"], { minLength: 1 });
    const byAddress = request.map((made) => ({ ...made, host: "10.1.2.3:8012" }));
    fc.assert(
      fc.property(policies, byAddress, mesh, blank, (list, made, seen, names) => {
        const full = proxyRequest(made, seen);
        // A header that is not known is there.
        const headers =
          names.includes("x-tenant") && full.headers.has("x-tenant")
            ? new Map([...full.headers, ["x-tenant", undefined] as const])
            : full.headers;
        const unknown = Object.fromEntries(
          names.filter((name) => name !== "x-tenant").map((name) => [name, undefined]),
        );
        const compiled = resourcesOf(list).map((resource) => compilePolicy(resource, settingsOf(seen)));
        const known = decide(policySet(compiled), { ...full, ...unknown, headers }, providers(seen)).verdict;
        if (known === "UNCERTAIN") return;
        sure += 1;
        expect(known).toBe(authorizeByForce(list, here, made, seen));
      }),
      parameters(1500),
    );
    expect(sure).toBeGreaterThan(600);
  });
});

describe("random policies of one proxy", () => {
  const more = fc.array(policy({ ...local, odd: false }), { minLength: 1, maxLength: 2 });
  const openness = ["DENY", "UNCERTAIN", "ALLOW"];

  it("decide the same in any order", () => {
    fc.assert(
      fc.property(policies, request, mesh, (list, made, seen) => {
        const resources = resourcesOf(list);
        expect(verdict(resources.toReversed(), made, seen)).toBe(verdict(resources, made, seen));
      }),
      parameters(500),
    );
  });

  it("let no more through with one more DENY rule", () => {
    fc.assert(
      fc.property(policies, more, request, mesh, (list, added, made, seen) => {
        const denying = added.map((one): BrutePolicy => ({
          ...one,
          spec: { action: "DENY", rules: one.spec.rules ?? [] },
        }));
        const before = openness.indexOf(verdict(resourcesOf(list), made, seen));
        const after = openness.indexOf(verdict(resourcesOf([...list, ...denying]), made, seen));
        expect(after).toBeLessThanOrEqual(before);
      }),
      parameters(500),
    );
  });

  it("let no less through with one more ALLOW rule, but for the first ALLOW policy", () => {
    fc.assert(
      fc.property(policies, more, request, mesh, fc.boolean(), (list, added, made, seen, inside) => {
        const rules = added.flatMap(({ spec }) => spec.rules ?? []);
        const first: BrutePolicy = { namespace: "shop", spec: { rules: inside ? [{ to: [] }] : [] } };
        const base: BrutePolicy = { namespace: "shop", spec: { rules: list[0]?.spec.rules ?? [] } };
        const wider: BrutePolicy = {
          namespace: "shop",
          spec: { rules: [...(base.spec.rules ?? []), ...rules] },
        };
        const before = openness.indexOf(verdict(resourcesOf([...list, base]), made, seen));
        const grown = openness.indexOf(verdict(resourcesOf([...list, wider]), made, seen));
        const joined = openness.indexOf(verdict(resourcesOf([...list, base, first]), made, seen));
        expect(Math.min(grown, joined)).toBeGreaterThanOrEqual(before);
      }),
      parameters(500),
    );
  });
});
