import { list, profileShape, tenantsShape, text } from "../config/schema.ts";
import { type Shape, toJsonSchema } from "../config/shape.ts";
import { severities } from "../model/finding.ts";
import { callVerdicts } from "../simulate/answer.ts";

/** `Kind/namespace/name`, as in the config's suppressions. */
const resource: Shape = {
  type: "text",
  description: "Kind/namespace/name or Kind/name; * stands for any characters.",
  format: { pattern: /^[^/\s]+(?:\/[^/\s]+){1,2}$/, expected: "Kind/namespace/name or Kind/name" },
  examples: ["AuthorizationPolicy/knative-serving/allow-team-alpha-to-activator"],
};

const rule = text("A rule id, or a glob.", "mesh/smcp-mtls-not-strict", "tenant/*");

const wholeNumber = (description: string): Shape => ({
  type: "text",
  description,
  format: { pattern: /^[1-9]\d{0,8}$/, expected: "a number from 1 on" },
});

const pattern: Shape = {
  type: "either",
  description: "Which findings: a rule, or what they have to have.",
  of: [
    rule,
    {
      type: "mapping",
      description: "What a finding has to have; what is not named may be anything.",
      keys: {
        rule,
        resource,
        severity: { type: "choice", description: "Severity.", values: severities, noun: "severity" },
        file: text(
          "Path of the file, relative to this one; * stands for any characters.",
          "../base/mesh.yaml",
        ),
        line: wholeNumber("Line in the file, from 1 on."),
        message: text("A part of the message."),
        count: wholeNumber("How many findings: exactly so many."),
      },
    },
  ],
};

const findings: Shape = {
  type: "either",
  description: "What is found. Suppressed findings do not count.",
  of: [
    { type: "choice", description: "Nothing is found.", values: ["none"], noun: "expectation" },
    {
      type: "mapping",
      description: "What is found and what is not.",
      keys: {
        among: list("Look at findings of these rules only.", rule, ["tenant/*"]),
        exact: list("These findings and no other: one for each entry, or as many as its count.", pattern),
        includes: list("These are among the findings.", pattern),
        excludes: list("None of these is among the findings.", pattern),
        markers: {
          type: "flag",
          description:
            "Findings stand exactly where comments of the manifests say `# expect: group/name` (on the line), " +
            "`# expect+1: group/name` (for the next), at will with =severity.",
        },
      },
    },
  ],
};

const verdict: Shape = {
  type: "choice",
  description: "What becomes of the call.",
  values: callVerdicts,
  noun: "verdict",
};

/** What a call has beside its ends. */
const requestKeys: Readonly<Record<string, Shape>> = {
  method: text("HTTP method (default: GET).", "POST"),
  path: text("Path of the request.", "/healthz"),
  host: text("Host header, if it is not the name that the target has."),
  headers: {
    type: "names",
    description: "Headers of the request.",
    values: text("Value of the header."),
  },
  port: {
    type: "text",
    description: "The port that is dialled.",
    format: { pattern: /^\d{1,5}$/, expected: "a number from 1 to 65535" },
  },
  serviceAccount: text("Call with this service account of the caller's namespace."),
  sidecar: { type: "flag", description: "false: as if the caller had no sidecar." },
};

const from = text("external, NAMESPACE/WORKLOAD, or NAMESPACE for any pod of it.", "team-alpha-1/curl");
const to = text(
  "NAMESPACE/NAME of a Knative Service, a Service or a workload, or a URL.",
  "team-bravo-1/test-webapp",
);

const reach: Shape = {
  type: "either",
  description: "Who reaches whom: a list of requests, or a table of callers and targets.",
  of: [
    list("Requests.", {
      type: "mapping",
      description: "A request and what becomes of it.",
      required: ["from", "to", "expect"],
      keys: {
        from,
        to,
        expect: verdict,
        status: {
          type: "text",
          description: "HTTP status that the client sees.",
          format: { pattern: /^[1-5]\d\d$/, expected: "an HTTP status such as 403" },
        },
        by: { ...resource, description: "The object that decides: Kind/namespace/name." },
        ...requestKeys,
      },
    }),
    {
      type: "mapping",
      description: "A table: a row for each caller, with a verdict for each target.",
      required: ["targets", "callers"],
      keys: {
        targets: list("The columns.", to),
        callers: {
          type: "names",
          description: "The rows: verdicts in the order of the targets.",
          values: list("Verdicts.", verdict),
          examples: [{ "team-alpha-1/curl": ["ALLOW", "DENY"] }],
        },
        ...requestKeys,
      },
    },
  ],
};

const isolated: Shape = {
  type: "either",
  description: "Tenants of which none reaches another, by internal names or by events.",
  of: [
    { type: "choice", description: "All tenants.", values: ["tenants"], noun: "expectation" },
    list("Names of tenants.", text("A tenant."), ["team-alpha", "team-bravo"]),
  ],
};

const anyValue: Shape = { type: "any", description: "A value." };

const mutation: Shape = {
  type: "mapping",
  description: "A change to an object, and what has to notice it.",
  required: ["resource"],
  oneOf: ["delete", "set", "merge", "patch"],
  keys: {
    name: text("What the change is called in messages."),
    resource,
    delete: { type: "flag", description: "Take the object out." },
    set: {
      type: "names",
      description: "Values by field path.",
      values: anyValue,
      examples: [{ "spec.security.dataPlane.mtls": false }],
    },
    merge: { type: "anything", description: "A merge patch (RFC 7396): null removes a key." },
    patch: list("A JSON patch (RFC 6902).", {
      type: "mapping",
      description: "An operation.",
      required: ["op", "path"],
      keys: {
        op: {
          type: "choice",
          description: "What to do.",
          values: ["add", "remove", "replace", "move", "copy", "test"],
          noun: "operation",
        },
        path: {
          type: "text",
          description: "A JSON pointer.",
          format: { pattern: /^\//, expected: "a JSON pointer such as /spec/replicas" },
        },
        from: {
          type: "text",
          description: "A JSON pointer.",
          format: { pattern: /^\//, expected: "a JSON pointer such as /spec/replicas" },
        },
        value: anyValue,
      },
    }),
    caughtBy: {
      type: "either",
      description: "Rules of which one has to find something that it does not find without the change.",
      of: [rule, list("Rules.", rule)],
    },
    verdict: {
      type: "mapping",
      description: "A call whose verdict has to be another one with the change.",
      required: ["from", "to"],
      keys: {
        from,
        to,
        expect: { ...verdict, description: "The verdict with the change (default: any other)." },
        ...requestKeys,
      },
    },
  },
};

const mutations: Shape = {
  type: "either",
  description: "Changes that have to be noticed.",
  of: [
    list("Changes.", mutation),
    {
      type: "choice",
      description: "Every documented change that applies to these manifests; those that survive are told.",
      values: ["documented"],
      noun: "expectation",
    },
    {
      type: "mapping",
      description: "Documented changes, narrowed.",
      required: ["documented"],
      keys: {
        documented: {
          type: "either",
          description: "Objects that are changed: all, or those of these patterns.",
          of: [
            { type: "choice", description: "All objects.", values: ["all"], noun: "choice" },
            list("Patterns.", resource),
          ],
        },
        oneIn: wholeNumber("Try one change in so many, a fixed choice (default: 1)."),
        score: {
          type: "text",
          description: "How many of 100 have to be noticed (default: the score is only told).",
          format: { pattern: /^(?:100|[1-9]?\d)$/, expected: "a number from 0 to 100" },
        },
      },
    },
  ],
};

const test: Shape = {
  type: "mapping",
  description: "A test.",
  required: ["name"],
  oneOf: ["findings", "reach", "isolated", "mutations", "snapshot"],
  keys: {
    name: text("What the test promises.", "no tenant reaches another"),
    findings,
    reach,
    isolated,
    mutations,
    snapshot: text("A file that holds the whole report; `--update` writes it.", "prod.snapshot"),
  },
};

/** All that a `*.meshtest.yaml` may say. */
export const testShape: Shape & { readonly type: "mapping" } = {
  type: "mapping",
  description: "Tests of manifests for meshlint.",
  required: ["tests"],
  oneOf: ["set", "manifests"],
  keys: {
    set: text(
      "The set that is tested: a name of meshlint.yaml, or of a set that meshlint finds by itself.",
      "prod",
    ),
    manifests: {
      type: "either",
      description: "Manifests that are tested as one set: files, folders or globs, relative to this file.",
      of: [text("A file, folder or glob."), list("Files, folders or globs.", text("A path."))],
      examples: [["../clusters/prod"]],
    },
    context: list(
      "Manifests that are known to exist beside `manifests`, and are not what is tested.",
      text("A file, folder or glob, relative to this file."),
    ),
    complete: { type: "flag", description: "What is neither in manifests nor in context does not exist." },
    profile: profileShape,
    tenants: tenantsShape,
    today: {
      type: "text",
      description: "The day on which the tests take place, for certificates and suppressions that expire.",
      format: {
        pattern: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/,
        expected: "a date such as 2027-03-01",
      },
      examples: ["2027-03-01"],
    },
    tests: list("The tests.", test),
  },
};

/** The JSON Schema that editors use (`schemas/meshtest.schema.json`). */
export function testJsonSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "meshlint tests",
    ...toJsonSchema(testShape),
  };
}
