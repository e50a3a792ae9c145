/**
 * A second evaluator of AuthorizationPolicies, written from the semantics alone and independent of `src`: plain
 * objects in, no compilation, one pass over every rule for every request. It is slow and has no unknowns; the tests
 * compare the real one with it.
 */

export type Text = Readonly<Record<string, readonly string[] | undefined>>;

export interface BruteCondition {
  readonly key: string;
  readonly values?: readonly string[];
  readonly notValues?: readonly string[];
}

export interface BruteRule {
  readonly from?: readonly { readonly source?: Text }[];
  readonly to?: readonly { readonly operation?: Text }[];
  readonly when?: readonly BruteCondition[];
}

export interface BrutePolicy {
  readonly namespace: string;
  readonly annotation?: string;
  readonly spec: {
    readonly action?: "ALLOW" | "DENY" | "AUDIT" | "CUSTOM";
    readonly provider?: { readonly name: string };
    readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
    readonly targetRefs?: readonly {
      readonly group: string;
      readonly kind: string;
      readonly name: string;
    }[];
    readonly rules?: readonly (BruteRule | null)[];
  };
}

export interface BruteMesh {
  readonly rootNamespace: string;
  readonly trustDomains: readonly string[];
  readonly normalization: "NONE" | "BASE" | "MERGE_SLASHES" | "DECODE_AND_MERGE_SLASHES";
  readonly templates: boolean;
  readonly quoted: boolean;
  readonly providers: Readonly<Record<string, "http" | "grpc">>;
}

export interface BruteWorkload {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
}

export interface BruteRequest {
  readonly protocol: "http" | "tcp";
  readonly peer: { readonly domain: string; readonly namespace: string; readonly account: string } | null;
  readonly sourceIp: string;
  readonly remoteIp: string;
  readonly port: number;
  readonly sni: string | null;
  readonly host: string;
  readonly method: string;
  /** As sent, query and fragment included. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly claims: Readonly<Record<string, unknown>> | null;
}

type Action = "ALLOW" | "DENY" | "CUSTOM";
type Attribute = (value: string) => boolean;

interface Situation {
  readonly mesh: BruteMesh;
  readonly request: BruteRequest;
  readonly policy: BrutePolicy;
}

/** 4.1. Null: there is no such attribute. */
function stringForm(pattern: string, text: string | null): boolean {
  if (text === null) return false;
  if (pattern === "*") return text !== "";
  if (pattern.startsWith("*")) return text.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return text.startsWith(pattern.slice(0, -1));
  return text === pattern;
}

const literally = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");

function fully(expression: string, text: string): boolean {
  return new RegExp(`^(?:${expression})$`).test(text);
}

function san({ peer }: BruteRequest): string | null {
  return peer === null ? null : `spiffe://${peer.domain}/ns/${peer.namespace}/sa/${peer.account}`;
}

/**
 * 4.2, the trust domain paragraph; what the page does not spell out: a value whose leading star fits a trust domain
 * stands for itself there (istio/istio `pilot/pkg/security/trustdomain/bundle.go` replaceTrustDomains).
 */
function rewritten(value: string, domains: readonly string[]): readonly string[] {
  const segments = value.split("/");
  const [first = ""] = segments;
  if (segments.length !== 5 || first === "*") return [value];
  const own = first === "cluster.local" || domains.some((domain) => stringForm(first, domain));
  if (!own) return [value];
  return domains.map((domain) =>
    first.startsWith("*") && stringForm(first, domain) ? value : [domain, ...segments.slice(1)].join("/"),
  );
}

function principal({ mesh, request }: Situation): Attribute {
  const name = san(request);
  return (value) =>
    name !== null &&
    rewritten(value, mesh.trustDomains).some((one) => {
      if (one === "*") return true;
      if (one.startsWith("*")) {
        const rest = mesh.quoted ? literally(one.slice(1)) : one.slice(1);
        return fully(`spiffe://.*${rest}`, name);
      }
      return stringForm(`spiffe://${one}`, name);
    });
}

function namespace({ mesh, request }: Situation): Attribute {
  const name = san(request);
  return (value) => {
    const parts = value.split("*").map((part) => (mesh.quoted ? literally(part) : part));
    return name !== null && fully(`.*/ns/${parts.join(".*")}/.*`, name);
  };
}

function serviceAccount({ policy, request }: Situation): Attribute {
  const name = san(request);
  return (value) => {
    const [space = "", account = ""] = value.includes("/") ? value.split("/") : [policy.namespace, value];
    return (
      name !== null && fully(`spiffe://.+/ns/${literally(space)}/(.+/|)sa/${literally(account)}(/.+)?`, name)
    );
  };
}

function trustDomain({ request }: Situation): Attribute {
  const name = san(request);
  return (value) =>
    name !== null && fully(`spiffe://${value.split("*").map(literally).join("[^/]*")}/.*`, name);
}

function requestPrincipal({ request: { claims } }: Situation): Attribute {
  const text = (name: string): string | null => {
    const value = claims?.[name];
    return typeof value === "string" ? value : null;
  };
  return (value) => {
    const cut = value.lastIndexOf("/");
    const [iss, sub] = value === "*" ? ["*", "*"] : [value.slice(0, cut), value.slice(cut + 1)];
    return stringForm(iss, text("iss")) && stringForm(sub, text("sub"));
  };
}

function claim({ request }: Situation, names: readonly string[]): Attribute {
  let found: unknown = request.claims;
  for (const name of names)
    found = typeof found === "object" && found !== null ? Reflect.get(found, name) : null;
  const texts = (Array.isArray(found) ? found : [found]).filter((item) => typeof item === "string");
  return (value) => texts.some((text) => stringForm(value, text));
}

function bits(address: string): string {
  if (!address.includes(":")) {
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  }
  const [head = "", tail] = address.split("::");
  const groups = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const [left, right] = [groups(head), groups(tail ?? "")];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => "0");
  return [...left, ...zeros, ...right]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

function block(address: string): Attribute {
  return (value) => {
    const [base = "", length] = value.split("/");
    const [wanted, seen] = [bits(base), bits(address)];
    const size = length === undefined ? wanted.length : Number(length);
    return wanted.length === seen.length && wanted.slice(0, size) === seen.slice(0, size);
  };
}

function host({ request }: Situation): Attribute {
  return (value) => stringForm(value.toLowerCase(), request.host.toLowerCase());
}

/** 4.4. */
export function normalised(raw: string, normalization: BruteMesh["normalization"]): string {
  let path = raw.replace(/[?#].*$/, "");
  if (normalization === "NONE") return path;
  if (normalization === "DECODE_AND_MERGE_SLASHES") path = path.replace(/%2f/gi, "/").replace(/%5c/gi, "\\");
  path = path.replace(/%([0-9a-f]{2})/gi, (written: string, code: string) => {
    const character = String.fromCharCode(Number.parseInt(code, 16));
    return /[A-Za-z0-9._~-]/.test(character) ? character : written;
  });
  const made: string[] = [];
  const segments = path.replaceAll("\\", "/").split("/").slice(1);
  segments.forEach((segment, index) => {
    const last = index === segments.length - 1;
    if (segment === "..") made.pop();
    if (segment !== "." && segment !== "..") made.push(segment);
    else if (last) made.push("");
  });
  path = `/${made.join("/")}`;
  return normalization === "BASE" ? path : path.replace(/\/+/g, "/");
}

/** 4.3. */
function pathOf({ mesh, request }: Situation): Attribute {
  const path = normalised(request.path, mesh.normalization);
  return (value) => {
    if (!mesh.templates || !/\{\*\*?\}/.test(value)) return stringForm(value, path);
    const parts = value.split(/(\{\*\*?\})/).map((part) => {
      if (part === "{*}") return "[^/]+";
      return part === "{**}" ? ".*" : literally(part);
    });
    return fully(parts.join(""), path);
  };
}

function header({ request }: Situation, name: string): Attribute {
  const found = Object.entries(request.headers).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return (value) => found !== undefined && (value === "*" || stringForm(value, found[1]));
}

const httpOnly = /^(hosts|methods|paths|requestPrincipals|request\..*)$/;

/** What a positive field or key compares with its values; null: no such key. */
function attribute(name: string, situation: Situation): Attribute | null {
  const { request } = situation;
  const keyed = /^request\.headers\[(.*)\]$/.exec(name);
  if (keyed) return header(situation, keyed[1] ?? "");
  const claims = /^request\.auth\.claims\[(.*)\]$/.exec(name);
  if (claims) return claim(situation, (claims[1] ?? "").split("]["));
  switch (name) {
    case "principals":
    case "source.principal":
      return principal(situation);
    case "namespaces":
    case "source.namespace":
      return namespace(situation);
    case "serviceAccounts":
    case "source.serviceAccount":
      return serviceAccount(situation);
    case "trustDomains":
    case "source.trustDomain":
      return trustDomain(situation);
    case "requestPrincipals":
    case "request.auth.principal":
      return requestPrincipal(situation);
    case "request.auth.audiences":
      return claim(situation, ["aud"]);
    case "request.auth.presenter":
      return claim(situation, ["azp"]);
    case "ipBlocks":
    case "source.ip":
      return block(request.sourceIp);
    case "remoteIpBlocks":
    case "remote.ip":
      return block(request.remoteIp);
    case "hosts":
      return host(situation);
    case "methods":
      return (value) => stringForm(value, request.method);
    case "paths":
      return pathOf(situation);
    case "ports":
    case "destination.port":
      return (value) => Number(value) === request.port;
    case "connection.sni":
      return (value) => stringForm(value, request.sni);
    default:
      return null;
  }
}

/** `notPaths` is about `paths`. */
const positive = (field: string): string =>
  field.startsWith("not") ? field.slice(3, 4).toLowerCase() + field.slice(4) : field;

/** AND over fields, each of them OR over values; a field that a TCP chain lacks says nothing (4.5). */
function fieldsHold(fields: Text, situation: Situation): boolean {
  return Object.entries(fields).every(([field, values = []]) => {
    const name = positive(field);
    if (values.length === 0 || (situation.request.protocol === "tcp" && httpOnly.test(name))) return true;
    const holds = attribute(name, situation);
    const any = values.some((value) => holds?.(value) === true);
    return name === field ? any : !any;
  });
}

function conditionHolds({ key, values = [], notValues = [] }: BruteCondition, situation: Situation): boolean {
  if (situation.request.protocol === "tcp" && httpOnly.test(key)) return true;
  const holds = attribute(key, situation);
  if (!holds) return true;
  return (values.length === 0 || values.some(holds)) && !notValues.some(holds);
}

const setFields = (fields: Text = {}): readonly string[] =>
  Object.entries(fields).flatMap(([name, values = []]) => (values.length > 0 ? [positive(name)] : []));

function ruleMatches(rule: BruteRule | null, situation: Situation): boolean {
  if (rule === null) return false;
  const { from = [], to = [], when = [] } = rule;
  const used = when.filter(({ values = [], notValues = [] }) => values.length + notValues.length > 0);
  if (used.some(({ key }) => attribute(key, situation) === null)) return false;
  const allow = (situation.policy.spec.action ?? "ALLOW") === "ALLOW";
  if (situation.request.protocol === "tcp" && allow) {
    const names = [
      ...from.flatMap(({ source }) => setFields(source)),
      ...to.flatMap(({ operation }) => setFields(operation)),
      ...used.map(({ key }) => key),
    ];
    if (names.some((name) => httpOnly.test(name))) return false;
  }
  return (
    (from.length === 0 || from.some(({ source = {} }) => fieldsHold(source, situation))) &&
    (to.length === 0 || to.some(({ operation = {} }) => fieldsHold(operation, situation))) &&
    used.every((condition) => conditionHolds(condition, situation))
  );
}

/** 2. */
export function appliesByForce(policy: BrutePolicy, workload: BruteWorkload, rootNamespace: string): boolean {
  const { targetRefs = [], selector } = policy.spec;
  const own = policy.namespace === workload.namespace;
  if (targetRefs.length > 0) {
    const gateway = workload.labels["gateway.networking.k8s.io/gateway-name"];
    return own && targetRefs.some(({ kind, name }) => kind === "Gateway" && name === gateway);
  }
  const labels = Object.entries(selector?.matchLabels ?? {});
  return (
    (own || policy.namespace === rootNamespace) &&
    labels.every(([key, value]) => workload.labels[key] === value)
  );
}

const enforced = ({ annotation = "" }: BrutePolicy): boolean =>
  !["1", "t", "T", "true", "TRUE", "True"].includes(annotation);

/** 1. UNCERTAIN: an external authorizer has the last word. */
export function authorizeByForce(
  policies: readonly BrutePolicy[],
  workload: BruteWorkload,
  request: BruteRequest,
  mesh: BruteMesh,
): "ALLOW" | "DENY" | "UNCERTAIN" {
  const active = policies.filter(
    (policy) => enforced(policy) && appliesByForce(policy, workload, mesh.rootNamespace),
  );
  const of = (action: Action): readonly BrutePolicy[] =>
    active.filter(({ spec }) => (spec.action ?? "ALLOW") === action);
  const matching = (action: Action): readonly BrutePolicy[] =>
    of(action).filter((policy) =>
      (policy.spec.rules ?? []).some((rule) => ruleMatches(rule, { mesh, request, policy })),
    );
  const names = new Set(of("CUSTOM").map(({ spec }) => spec.provider?.name));
  const asked = matching("CUSTOM").map(({ spec }) => mesh.providers[spec.provider?.name ?? ""]);
  if (asked.length > 0 && (names.size > 1 || asked.includes(undefined))) return "DENY";
  if (matching("DENY").length > 0) return "DENY";
  if (of("ALLOW").length > 0 && matching("ALLOW").length === 0) return "DENY";
  const heard = asked.filter((kind) => kind === "grpc" || request.protocol === "http");
  return heard.length > 0 ? "UNCERTAIN" : "ALLOW";
}
