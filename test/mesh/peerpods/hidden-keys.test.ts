import { expect, test } from "vitest";
import { createColors } from "picocolors";
import { json } from "../../../src/report/json.ts";
import { pretty } from "../../../src/report/pretty.ts";
import { lintMemory } from "../../support/lint.ts";

const home = "openshift-sandboxed-containers-operator";

/** Keys where they belong and where they do not, each beside something that a rule reports. */
const files = {
  "config.yaml": `apiVersion: confidentialcontainers.org/v1alpha1
kind: PeerPodConfig
metadata: {name: peerpodconfig-openshift, namespace: ${home}}
spec: {limit: 10}
`,
  "secret.yaml": `apiVersion: v1
kind: Secret
metadata: {name: peer-pods-secret, namespace: ${home}}
stringData:
  AWS_ACCESS_KEY_ID: hunter1
`,
  "settings.yaml": `apiVersion: v1
kind: ConfigMap
metadata: {name: peer-pods-cm, namespace: ${home}}
data:
  CLOUD_PROVIDER: aws
  AWS_SECRET_ACCESS_KEY: hunter2
  VXLAN_PORT: "8472"
`,
  "group.yaml": `apiVersion: ec2.aws.upbound.io/v1beta1
kind: SecurityGroup
metadata: {name: workers}
spec:
  forProvider:
    ingress:
      - {ipProtocol: tcp, fromPort: 15150, toPort: 15150}
      - {ipProtocol: udp, fromPort: 9000, toPort: 9000}
`,
};

test("no report about peer pods repeats a key of the cloud", () => {
  const report = lintMemory(Object.entries(files).map(([path, text]) => ({ path, text })));
  const found = report.findings.map(({ rule, at }) => `${at.file.path} ${rule}`);
  expect(found).toContain("secret.yaml peerpods/credentials-incomplete");
  expect(found).toContain("settings.yaml peerpods/credentials-incomplete");
  expect(found).toContain("settings.yaml peerpods/tunnel-port");
  for (const text of [json(report), pretty(report, { colors: createColors(false), verbose: true })])
    expect(text).not.toMatch(/hunter/);
});
