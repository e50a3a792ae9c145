import { isUnknown } from "../../model/placeholder.ts";
import type { Resource } from "../../model/resource.ts";
import { isList, isMapping, toJson, valueAt } from "../../model/value.ts";
import type { Mapping, Path, Value } from "../../model/value.ts";
import { oncePerValue } from "../memo.ts";
import { webhooksOf, type Webhook } from "./webhooks.ts";

/** Something for which the API server refuses an object. */
export interface Flaw {
  readonly path: Path;
  readonly message: string;
  readonly advice: string;
  readonly part?: "key";
  /** The right value, where it follows from the wrong one. */
  readonly value?: string;
  /** Nothing is written there: a patch may still add it. */
  readonly isAbsence: boolean;
}

const wrong = (path: Path, message: string, advice: string): Flaw => ({
  path,
  message,
  advice,
  isAbsence: false,
});
const absent = (path: Path, message: string, advice: string): Flaw => ({
  path,
  message,
  advice,
  isAbsence: true,
});

const nothing = (value: Value | undefined): boolean => value === undefined || value === null || value === "";

const operationNames = ["CREATE", "UPDATE", "DELETE", "CONNECT", "*"];

function* operationFlaws({ path, value, label }: Webhook): Generator<Flaw> {
  const rules = valueAt(value, ["rules"]);
  for (const [index, rule] of (isList(rules) ? rules : []).entries()) {
    const here = [...path, "rules", index, "operations"];
    const list = valueAt(rule, ["operations"]) ?? null;
    if (list === null || (isList(list) && list.length === 0))
      yield absent(here, `a rule of ${label} names no operation`, "name one, such as CREATE");
    if (!isList(list)) continue;
    for (const [item, operation] of list.entries()) {
      if (typeof operation !== "string" || isUnknown(operation)) continue;
      const upper = operation.trim().toUpperCase();
      if (operationNames.includes(operation)) continue;
      const isKnown = operationNames.includes(upper);
      yield {
        ...wrong(
          [...here, item],
          isKnown
            ? `operation ${toJson(operation)} is refused; the API takes capitals only, unlike the printed example's list`
            : `${toJson(operation)} is no operation of the API, which knows CREATE, UPDATE, DELETE and CONNECT`,
          isKnown ? `write ${upper}` : "name one of them, or *",
        ),
        ...(isKnown && { value: upper }),
      };
    }
    if (list.length > 1 && list.includes("*"))
      yield wrong(
        [...here, list.indexOf("*")],
        `* stands beside other operations in a rule of ${label}`,
        "leave * alone",
      );
  }
}

const label63 = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;

function* nameFlaws({ configuration, path, value }: Webhook): Generator<Flaw> {
  const { name } = value;
  const here = [...path, "name"];
  if (nothing(name))
    return yield absent(here, "a webhook has no name", "give it one such as pods.example.com");
  if (typeof name !== "string" || isUnknown(name)) return;
  const parts = name.split(".");
  if (parts.length >= 3 && parts.every((part) => label63.test(part))) return;
  const same = name === configuration.name ? ", the configuration's own as in the printed example," : "";
  yield wrong(
    here,
    `webhook name ${toJson(name)}${same} is no full name of three parts or more, in lower case and with dots`,
    "write a name such as pods.example.com",
  );
}

const clientKeys = new Set(["service", "url", "caBundle"]);

/** `https://host…` without user, query or fragment (Kubernetes, ValidateWebhookURL). */
function urlFlaw(url: string): string | null {
  const [, scheme, host] = /^([A-Za-z][\w+.-]*):\/\/([^/?#]*)/.exec(url) ?? [];
  if (scheme?.toLowerCase() === "http")
    return "is plain HTTP, as the book has it in one sentence; webhooks are called over TLS only";
  if (scheme !== "https" || !host) return "is no https URL with a host";
  return host.includes("@") || /[?#]/.test(url)
    ? "has a user, query or fragment, which webhooks may not have"
    : null;
}

function* serviceFlaws(path: Path, service: Mapping): Generator<Flaw> {
  for (const key of ["namespace", "name"])
    if (nothing(service[key]))
      yield absent([...path, key], `the service of a webhook has no ${key}`, `name the Service's ${key}`);
  const { path: request } = service;
  if (typeof request === "string" && request !== "" && !request.startsWith("/") && !isUnknown(request))
    yield {
      ...wrong([...path, "path"], `path ${toJson(request)} does not begin with /`, "begin it with /"),
    };
}

function* clientFlaws({ path, value, label }: Webhook): Generator<Flaw> {
  const here = [...path, "clientConfig"];
  const client = value.clientConfig ?? null;
  if (client === null) return yield absent(here, `${label} has no clientConfig`, "name its service or url");
  if (!isMapping(client)) return;
  const { service = null, url = null } = client;
  const misplaced = Object.keys(client).filter((key) => !clientKeys.has(key));
  const moved = misplaced.find((key) => ["path", "namespace", "name", "port"].includes(key));
  if (moved !== undefined)
    yield {
      ...wrong(
        [...here, moved],
        `${misplaced.join(", ")} stands beside service, not in it, and the API knows no such field`,
        "indent it so that it belongs to service",
      ),
      part: "key",
    };
  else if (service === null && url === null)
    yield absent(here, `clientConfig of ${label} names neither a service nor a url`, "name one of them");
  if (service !== null && url !== null)
    yield wrong(
      [...here, "url"],
      `clientConfig of ${label} has both a service and a url`,
      "keep one of them",
    );
  if (isMapping(service) && moved === undefined) yield* serviceFlaws([...here, "service"], service);
  const flaw = typeof url === "string" && !isUnknown(url) ? urlFlaw(url) : null;
  if (flaw !== null) yield wrong([...here, "url"], `url ${toJson(url)} ${flaw}`, "give an https URL");
}

function* fieldFlaws({ configuration, path, value, label }: Webhook): Generator<Flaw> {
  if (configuration.version !== "v1") return;
  const { sideEffects, admissionReviewVersions: versions } = value;
  const effects = "set sideEffects: None, or NoneOnDryRun";
  if (nothing(sideEffects))
    yield absent([...path, "sideEffects"], `${label} has no sideEffects, which v1 requires`, effects);
  else if (
    typeof sideEffects === "string" &&
    !isUnknown(sideEffects) &&
    !/^None(?:OnDryRun)?$/.test(sideEffects)
  ) {
    const printed = sideEffects === "Unknown" ? ", as the printed example has it," : "";
    yield wrong(
      [...path, "sideEffects"],
      `sideEffects ${toJson(sideEffects)}${printed} is refused by v1, which takes None and NoneOnDryRun`,
      effects,
    );
  }
  const here = [...path, "admissionReviewVersions"];
  const advice = "set admissionReviewVersions: [v1]";
  if (nothing(versions) || (isList(versions) && versions.length === 0))
    yield absent(here, `${label} has no admissionReviewVersions, which v1 requires`, advice);
  else if (isList(versions) && !versions.some((one) => one === "v1" || one === "v1beta1" || isUnknown(one)))
    yield wrong(here, `the API server sends none of the versions ${toJson(versions)}`, advice);
}

/**
 * For what the API server refuses a webhook configuration (kubernetes/kubernetes
 * `pkg/apis/admissionregistration/validation/validation.go`). What only v1 asks for is asked of v1.
 */
export const webhookFlaws = oncePerValue((configuration: Resource): readonly Flaw[] => {
  const webhooks = webhooksOf(configuration);
  const names = webhooks.map(({ value }) => value.name);
  return webhooks.flatMap((webhook, index) => {
    const isTwin = typeof names[index] === "string" && names.indexOf(names[index]) < index;
    return [
      ...nameFlaws(webhook),
      ...(isTwin && configuration.version === "v1"
        ? [wrong([...webhook.path, "name"], `${webhook.label} is there twice`, "give each its own name")]
        : []),
      ...fieldFlaws(webhook),
      ...operationFlaws(webhook),
      ...clientFlaws(webhook),
    ];
  });
});
