import { describe, expect, it } from "vitest";
import { webhookFlaws } from "../../../src/mesh/admission/webhook-flaws.ts";
import { coverageOf, failurePolicyOf, webhooksOf } from "../../../src/mesh/admission/webhooks.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only } from "../../support/graph.ts";

const configuration = (webhooks: string, version = "v1") =>
  only(
    graphOf(`
apiVersion: admissionregistration.k8s.io/${version}
kind: ValidatingWebhookConfiguration
metadata: { name: guard }
webhooks: ${webhooks}
`),
    kinds.ValidatingWebhookConfiguration,
    "guard",
  );

const covered = (rules: string) => webhooksOf(configuration(`[{ rules: ${rules} }]`)).flatMap(coverageOf);

describe("what a webhook is asked about", () => {
  it.each([
    ['[{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods] }]', ["pods"]],
    ['[{ apiGroups: [""], apiVersions: ["*"], operations: ["*"], resources: [namespaces] }]', ["namespaces"]],
    ['[{ apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ["*"] }]', ["everything"]],
    ['[{ apiGroups: [""], apiVersions: [v1], operations: [create], resources: ["*/*"] }]', ["everything"]],
    [
      '[{ apiGroups: ["*"], apiVersions: ["*"], operations: [CREATE], resources: ["*"], scope: Cluster }]',
      ["namespaces"],
    ],
    ['[{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods], scope: Cluster }]', []],
    [
      '[{ apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [namespaces], scope: Namespaced }]',
      [],
    ],
    ['[{ apiGroups: [apps], apiVersions: [v1], operations: [CREATE], resources: ["*"] }]', []],
    ['[{ apiGroups: [""], apiVersions: [v2], operations: [CREATE], resources: [pods] }]', []],
    ['[{ apiGroups: [""], apiVersions: [v1], operations: [UPDATE], resources: [pods] }]', []],
    ['[{ apiGroups: [""], apiVersions: [v1], operations: [CONNECT], resources: [pods/exec] }]', []],
    ["none", []],
  ])("reads %s", (rules, expected) => {
    expect(covered(rules)).toEqual(expected);
  });
});

describe("a webhook configuration", () => {
  it("has no webhooks where they are no mappings", () => {
    expect(webhooksOf(configuration("[none]"))).toEqual([]);
    expect(webhooksOf(configuration("none"))).toEqual([]);
  });

  it("is named by place where a webhook has no name", () => {
    expect(webhooksOf(configuration("[{}, { name: a.b.c }]")).map(({ label }) => label)).toEqual([
      "webhook 1",
      'webhook "a.b.c"',
    ]);
  });

  it.each([
    ["v1", "Fail"],
    ["v1beta1", "Ignore"],
  ])("of %s has failurePolicy %s where none is written", (version, expected) => {
    const [webhook] = webhooksOf(configuration("[{ name: a.b.c }]", version));
    expect(webhook && failurePolicyOf(webhook)).toEqual({ state: "value", value: expected });
  });

  it("leaves values of the wrong type to the schema", () => {
    const flaws = webhookFlaws(
      configuration(`
  - name: 7
    sideEffects: true
    admissionReviewVersions: v1
    clientConfig: https://guard.example.com
    rules: [{ operations: CREATE }, { operations: [7] }]`),
    );
    expect(flaws).toEqual([]);
  });

  it("leaves placeholders alone", () => {
    const flaws = webhookFlaws(
      configuration(`
  - name: <webhook_name>
    sideEffects: \${EFFECTS}
    admissionReviewVersions: ["\${VERSION}"]
    clientConfig: { service: { namespace: <namespace>, name: <name>, path: <webhook_url> } }
    rules: [{ operations: [<operation>] }]`),
    );
    expect(flaws).toEqual([]);
  });

  it("takes a url with fragment or query for wrong", () => {
    const messages = ["https://a.example.com/#x", "https://a.example.com/?x=1", "ftp://a", "https://"].map(
      (url) =>
        webhookFlaws(
          configuration(
            `[{ name: a.b.c, sideEffects: None, admissionReviewVersions: [v1], clientConfig: { url: "${url}" } }]`,
          ),
        ).length,
    );
    expect(messages).toEqual([1, 1, 1, 1]);
  });
});
