import * as fc from "fast-check";
import type {
  BruteCondition,
  BruteMesh,
  BrutePolicy,
  BruteRequest,
  BruteRule,
  Text,
} from "./brute-force-authorization.ts";

/** Policies, requests and meshes from so few names that rules meet requests about as often as they miss them. */

const namespaces = ["shop", "shop-lab", "bank"];
const domains = ["cluster.local", "td.example", "old.example", "else.where"];
const labels: readonly Readonly<Record<string, string>>[] = [
  {},
  { app: "web" },
  { app: "web", tier: "front" },
  { app: "other" },
];

const some = (values: readonly string[], most = 2): fc.Arbitrary<string[]> =>
  fc.subarray([...values], { minLength: 1, maxLength: most });

const peers = [
  "*",
  "*/sa/robot",
  "*t/sa/robot",
  "*.local/ns/shop/sa/default",
  "td*/ns/shop/sa/default",
  "cluster.local/ns/shop/sa/default",
  "cluster.local/ns/shop/sa/*",
  "cluster.local/ns/shop-lab/*",
  "cluster.local/ns/*/sa/robot",
  "td.example/ns/bank/sa/robot",
  "td.example/ns/shop*",
  "spiffe://td.example/ns/shop/sa/robot",
  "else.where/ns/shop/sa/default",
  "*/ns/shop/sa/robot",
  "*d.example/ns/bank/sa/default",
];
const inNamespaces = [...namespaces, "shop*", "*-lab", "s*p", "*", "sho", "shop.lab", "*o*", "shop*sa"];
const accounts = ["robot", "default", "shop/robot", "bank/default", "shop-lab/default"];
const trusted = ["cluster.local", "*.example", "td.*", "*", "cluster", "td.example", "*sa", "c*ns"];
const tokens = ["*", "https://issuer/ann", "https://issuer/*", "*/ann", "*issuer/bob", "https://issuer/b*"];
const blocks = ["10.0.0.0/8", "10.1.2.3", "192.168.1.128/25", "0.0.0.0/0", "2001:db8::/32", "::1", "::/0"];
const hosts = [
  "web.shop",
  "WEB.shop",
  "*.shop",
  "web.shop:*",
  "*",
  "web*",
  "*.svc.cluster.local",
  "web.*.svc",
  "10.1.2.3*",
];
const methods = ["GET", "POST", "get", "P*", "*ST", "*", "DELETE"];
const paths = [
  "/",
  "*",
  "/api",
  "/api*",
  "/api/*",
  "*/admin",
  "//api",
  "/a%2fb",
  "/a/b",
  "/api/*/x",
  "/api/{*}",
  "/api/{**}",
  "/{*}/admin",
  "/{**}/admin",
  "/a/{*}/{**}",
];
const ports = ["8080", "8012", "8022", "443"];
const snis = ["*", "*.shop.svc.cluster.local", "outbound_.80_._.web.shop.svc.cluster.local", "outbound_*"];
const headerValues = ["*", "a", "b*", "*c", "A", "a*c"];
const claimValues = ["*", "admin", "adm*", "*er", "user"];

/** A field, or its negation once in five times. */
function field(name: string, values: readonly string[]): fc.Arbitrary<Text> {
  const not = `not${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
  return fc
    .tuple(some(values, 3), fc.integer({ min: 0, max: 4 }))
    .map(([list, negated]) => ({ [negated === 0 ? not : name]: list }));
}

const together = (field: fc.Arbitrary<Text>): fc.Arbitrary<Text> =>
  fc.oneof(
    { weight: 4, arbitrary: field },
    { weight: 1, arbitrary: fc.tuple(field, field).map(([one, other]) => ({ ...one, ...other })) },
  );

const addressed = fc.oneof(field("ipBlocks", blocks), field("remoteIpBlocks", blocks));
const identified = fc.oneof(
  { weight: 3, arbitrary: field("principals", peers) },
  { weight: 3, arbitrary: field("namespaces", inNamespaces) },
  { weight: 1, arbitrary: field("trustDomains", trusted) },
  { weight: 1, arbitrary: field("requestPrincipals", tokens) },
);
const source = fc.oneof(
  { weight: 6, arbitrary: together(fc.oneof({ weight: 3, arbitrary: identified }, addressed)) },
  { weight: 1, arbitrary: field("serviceAccounts", accounts) },
);
const operation = together(
  fc.oneof(
    { weight: 2, arbitrary: field("hosts", hosts) },
    field("methods", methods),
    { weight: 3, arbitrary: field("paths", paths) },
    { weight: 2, arbitrary: field("ports", ports) },
  ),
);

function condition(keys: readonly (readonly [string, readonly string[]])[]): fc.Arbitrary<BruteCondition> {
  return fc.constantFrom(...keys).chain(([key, values]) =>
    fc.oneof(
      { weight: 3, arbitrary: some(values).map((list) => ({ key, values: list })) },
      { weight: 2, arbitrary: some(values).map((list) => ({ key, notValues: list })) },
      {
        weight: 1,
        arbitrary: fc.tuple(some(values), some(values)).map(([one, not]) => ({
          key,
          values: one,
          notValues: not,
        })),
      },
    ),
  );
}

const plainKeys = [
  ["request.headers[x-tenant]", headerValues],
  ["request.headers[X-Tenant]", headerValues],
  ["source.ip", blocks],
  ["remote.ip", blocks],
  ["destination.port", ports],
  ["connection.sni", snis],
] as const;
const identityKeys = [
  ["source.principal", peers],
  ["source.namespace", inNamespaces],
  ["request.auth.principal", tokens],
  ["request.auth.audiences", claimValues],
  ["request.auth.presenter", claimValues],
  ["request.auth.claims[role]", claimValues],
  ["request.auth.claims[realm][roles]", claimValues],
] as const;

const list = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(item, { minLength: 1, maxLength: 2 });
const to = list(operation.map((value) => ({ operation: value })));

/** What a cluster takes. */
const rule: fc.Arbitrary<BruteRule> = fc.record(
  {
    from: list(source.map((value) => ({ source: value }))),
    to,
    when: list(condition([...plainKeys, ...identityKeys])),
  },
  { requiredKeys: [] },
);
/** CUSTOM knows no identities (semantics 9). */
const customRule: fc.Arbitrary<BruteRule> = fc.record(
  { to, when: list(condition(plainKeys)) },
  { requiredKeys: ["to"] },
);
/** What the webhook refuses, and what it compiles to where it came past it (semantics 3). */
const oddRule: fc.Arbitrary<BruteRule | null> = fc.oneof(
  fc.constantFrom<BruteRule | null>(
    null,
    {},
    { from: [] },
    { from: [{}] },
    { from: [{ source: {} }] },
    { to: [{}] },
    { to: [{ operation: {} }] },
    { when: [{ key: "source.namespace" }] },
    { when: [{ key: "no.such", values: ["x"] }] },
  ),
  fc.tuple(rule, fc.constantFrom("no.such", "destination.labels")).map(([made, key]) => ({
    ...made,
    when: [...(made.when ?? []), { key, values: ["x"] }],
  })),
);

interface PolicyOptions {
  readonly odd: boolean;
  readonly spaces: readonly string[];
  readonly selectors: boolean;
}

export function policy({ odd, spaces, selectors }: PolicyOptions): fc.Arbitrary<BrutePolicy> {
  const usual = odd ? fc.oneof({ weight: 12, arbitrary: rule }, { weight: 1, arbitrary: oddRule }) : rule;
  const rules = (minLength: number) => fc.array(usual, { minLength, maxLength: 3 });
  const gateway = { group: "gateway.networking.k8s.io" };
  const spec: fc.Arbitrary<BrutePolicy["spec"]> = fc.oneof(
    { weight: 7, arbitrary: rules(1).map((made) => ({ rules: made })) },
    { weight: 1, arbitrary: fc.constantFrom({}, { rules: [] }, { action: "ALLOW" as const }) },
    { weight: 3, arbitrary: rules(odd ? 0 : 1).map((made) => ({ action: "DENY" as const, rules: made })) },
    { weight: 1, arbitrary: rules(1).map((made) => ({ action: "AUDIT" as const, rules: made })) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.constantFrom("web", "rpc", "gone"), list(customRule))
        .map(([name, made]) => ({ action: "CUSTOM" as const, provider: { name }, rules: made })),
    },
  );
  const selection: fc.Arbitrary<Partial<BrutePolicy["spec"]>> = selectors
    ? fc.constantFrom<Partial<BrutePolicy["spec"]>>(
        {},
        {},
        { selector: {} },
        ...labels.map((matchLabels) => ({ selector: { matchLabels } })),
        { targetRefs: [{ ...gateway, kind: "Gateway", name: "door" }] },
        { targetRefs: [{ ...gateway, kind: "Gateway", name: "other" }] },
        { targetRefs: [{ group: "", kind: "Service", name: "web" }] },
      )
    : fc.constant({});
  return fc
    .record({
      namespace: fc.constantFrom(...spaces),
      annotation: fc.option(fc.constantFrom("true", "false", "1", "T", "yes"), { freq: 8, nil: undefined }),
      made: spec,
      selected: selection,
    })
    .map(({ namespace, annotation, made, selected }) => ({
      namespace,
      // Only ALLOW and DENY may be tried out (semantics 1).
      ...(annotation === undefined || made.action === "AUDIT" || made.action === "CUSTOM"
        ? {}
        : { annotation }),
      spec: { ...made, ...selected },
    }));
}

export const workload = fc.record({
  namespace: fc.constantFrom("shop", "bank"),
  labels: fc.constantFrom<Readonly<Record<string, string>>>(...labels, {
    app: "web",
    "gateway.networking.k8s.io/gateway-name": "door",
  }),
});

const claims = fc.record(
  {
    iss: fc.constantFrom("https://issuer", "https://other"),
    sub: fc.constantFrom("ann", "bob", ""),
    aud: fc.constantFrom<unknown[]>("admin", ["user", "admin"], ["nobody"], 7),
    azp: fc.constantFrom("admin", "tester"),
    role: fc.constantFrom<unknown[]>("admin", "", ["user"], { admin: "admin" }),
    realm: fc.constantFrom<unknown[]>({ roles: ["admin", "tester"] }, { roles: "user" }, "admin"),
  },
  { requiredKeys: [] },
);

export const request: fc.Arbitrary<BruteRequest> = fc.record({
  protocol: fc.constantFrom("http" as const, "http" as const, "http" as const, "tcp" as const),
  peer: fc.option(
    fc.record({
      domain: fc.constantFrom("cluster.local", ...domains),
      namespace: fc.constantFrom(...namespaces),
      account: fc.constantFrom("default", "robot"),
    }),
    { freq: 6 },
  ),
  sourceIp: fc.constantFrom("10.1.2.3", "192.168.1.200", "192.168.1.7", "2001:db8::7", "::1"),
  remoteIp: fc.constantFrom("10.1.2.3", "172.16.0.1", "192.168.1.129", "2001:db9::1"),
  port: fc.constantFrom(8080, 8012, 8022),
  sni: fc.constantFrom(
    null,
    "outbound_.80_._.web.shop.svc.cluster.local",
    "outbound_.80_._.web.bank.svc.cluster.local",
  ),
  host: fc.constantFrom(
    "web.shop",
    "Web.Shop",
    "web.shop:8080",
    "web.shop.svc.cluster.local",
    "web.bank",
    "10.1.2.3:8012",
  ),
  method: fc.constantFrom("GET", "POST", "DELETE"),
  path: fc.oneof(
    fc.constantFrom(
      "/",
      "/api",
      "/api/",
      "/api/x",
      "/api/x/admin",
      "/apis",
      "/a/b",
      "/admin",
      "/a/b/c?x=/..",
    ),
    fc.constantFrom("//api", "/api//x", "/api%2Fx", "/a%2fb", "/%61pi", "/x/../api", "/api/%2e%2e/admin"),
    fc.constantFrom(
      "/a\\b",
      "/a%5cb",
      "/a%5Cb",
      "/api/.",
      "/api/x/..",
      "/api#frag",
      "/./api/./x",
      "/../..//admin",
    ),
    fc
      .array(fc.constantFrom("api", "a", "b", "admin", ".", "..", "", "%2e", "x%2fy", "a%5cb", "%41"), {
        maxLength: 5,
      })
      .map((segments) => `/${segments.join("/")}`),
  ),
  headers: fc.constantFrom<Readonly<Record<string, string>>>(
    {},
    { "x-tenant": "a" },
    { "X-TENANT": "bc" },
    { "x-tenant": "" },
    { "x-tenant": "abc", other: "a" },
  ),
  claims: fc.option(claims, { freq: 3 }),
});

export const mesh: fc.Arbitrary<BruteMesh> = fc.record({
  rootNamespace: fc.constant("istio-system"),
  trustDomains: fc.constantFrom(["cluster.local"], ["td.example"], ["td.example", "old.example"]),
  normalization: fc.constantFrom(
    "NONE" as const,
    "BASE" as const,
    "MERGE_SLASHES" as const,
    "DECODE_AND_MERGE_SLASHES" as const,
  ),
  templates: fc.boolean(),
  quoted: fc.constant(true),
  providers: fc.constant({ web: "http" as const, rpc: "grpc" as const }),
});
