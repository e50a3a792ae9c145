import { describe, expect, test } from "vitest";
import { opensPeerPods, portFlaws, tunnelPort } from "../../../src/mesh/peerpods/open-ports.ts";
import { portRules } from "../../../src/mesh/peerpods/port-rules.ts";
import { graphOf } from "../../support/graph.ts";

const object = (apiVersion: string, kind: string, spec: string): string =>
  `{apiVersion: ${apiVersion}, kind: ${kind}, metadata: {name: g}, spec: ${spec}}\n---\n`;
const aws = (rule: string): string =>
  object("ec2.aws.upbound.io/v1beta1", "SecurityGroupRule", `{forProvider: ${rule}}`);
const azure = (rule: string): string =>
  object("network.azure.com/v1api20201101", "NetworkSecurityGroupsSecurityRule", rule);
const settings = (port: string): string =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: peer-pods-cm, namespace: a}, data: {${port}}}\n---\n`;

describe("rules of security groups", () => {
  const shown = (text: string) =>
    portRules(graphOf(text)).map(({ cloud, from, to, protocol }) => [cloud, from, to, protocol]);
  test.each([
    [
      "Crossplane's single rule",
      aws("{type: ingress, fromPort: 9000, toPort: 9000, protocol: udp}"),
      [["aws", 9000, 9000, "udp"]],
    ],
    ["what goes out", aws("{type: Egress, fromPort: 9000, toPort: 9000, protocol: udp}"), []],
    [
      "all protocols are all ports",
      aws("{fromPort: 0, toPort: 0, protocol: -1}"),
      [["aws", 0, 65535, "all"]],
    ],
    ["all protocols without ports", aws("{ipProtocol: '-1'}"), [["aws", 0, 65535, "all"]]],
    ["a number of a protocol", aws("{ipProtocol: '17', fromPort: 1, toPort: 2}"), [["aws", 1, 2, "udp"]]],
    ["a protocol of its own", aws("{ipProtocol: icmp, fromPort: 1, toPort: 2}"), [["aws", 1, 2, "other"]]],
    ["a variable", aws("{ipProtocol: '${P}', fromPort: 1, toPort: 2}"), [["aws", 1, 2, null]]],
    ["no protocol", aws("{fromPort: 1, toPort: 2}"), []],
    ["ports that are not known", aws("{ipProtocol: tcp, fromPort: '${A}', toPort: [1]}"), []],
    [
      "Crossplane's list",
      object(
        "ec2.aws.crossplane.io/v1beta1",
        "SecurityGroup",
        "{forProvider: {ingress: [{ipProtocol: tcp, fromPort: 1, toPort: 1}, 7]}}",
      ),
      [["aws", 1, 1, "tcp"]],
    ],
    [
      "a list that is none",
      object("ec2.aws.crossplane.io/v1beta1", "SecurityGroup", "{forProvider: {ingress: 7}}"),
      [],
    ],
    ["a spec that is none", object("ec2.aws.crossplane.io/v1beta1", "SecurityGroup", "7"), []],
    [
      "several ranges",
      azure("{protocol: '*', destinationPortRange: 80-90, destinationPortRanges: ['9000', odd]}"),
      [
        ["azure", 80, 90, "all"],
        ["azure", 9000, 9000, "all"],
      ],
    ],
    ["any port", azure("{protocol: Tcp, destinationPortRange: '*'}"), [["azure", 0, 65535, "tcp"]]],
    ["no protocol in Azure", azure("{destinationPortRange: '*'}"), []],
    [
      "nested properties",
      object(
        "network.azure.com/v1",
        "NetworkSecurityGroup",
        "{properties: {securityRules: [{properties: {protocol: Udp, destinationPortRange: 9000}}]}}",
      ),
      [["azure", 9000, 9000, "udp"]],
    ],
    [
      "kinds of nobody",
      object("example.org/v1", "SecurityGroup", "{protocol: tcp, fromPort: 1, toPort: 1}"),
      [],
    ],
  ])("%s", (_name, text, wanted) => {
    expect(shown(text)).toEqual(wanted);
  });

  test("templates of clouds", () => {
    const amazon =
      "{Resources: {A: {Type: AWS::EC2::SecurityGroupIngress, Properties: {IpProtocol: tcp, FromPort: 15150, ToPort: 15150}}, B: {Type: AWS::S3::Bucket}}}\n---\n";
    const arm =
      "{resources: [{type: Microsoft.Network/networkSecurityGroups/securityRules, properties: {protocol: Tcp, destinationPortRange: 9000}}, {type: other}]}\n---\n";
    const plain =
      "{Resources: {C: {Type: AWS::EC2::SecurityGroup, Properties: {SecurityGroupIngress: [{IpProtocol: tcp, FromPort: 22, ToPort: 22}]}}}}\n---\n{Resources: {B: {Type: AWS::S3::Bucket}}}\n---\n{resources: [7]}\n---\n{kind: X, Resources: {}}";
    expect(shown(amazon + arm + plain)).toEqual([
      ["aws", 15150, 15150, "tcp"],
      ["azure", 9000, 9000, "tcp"],
    ]);
  });
});

describe("ports of peer pods", () => {
  const agent = aws("{type: ingress, fromPort: 15150, toPort: 15150, protocol: tcp}");
  const tunnel = (protocol: string, port = 9000): string =>
    aws(`{type: ingress, fromPort: ${port}, toPort: ${port}, protocol: ${protocol}}`).replace(
      "name: g",
      `name: t${protocol}${port}`,
    );
  const messages = (text: string): readonly string[] =>
    portFlaws(graphOf(text)).map(({ message }) => message);

  test("only rules about them count", () => {
    expect(opensPeerPods(graphOf(agent))).toBe(true);
    expect(opensPeerPods(graphOf(tunnel("udp")))).toBe(false);
    expect(
      opensPeerPods(
        graphOf(
          tunnel("udp") +
            "{apiVersion: confidentialcontainers.org/v1alpha1, kind: PeerPodConfig, metadata: {name: p, namespace: a}, spec: {}}",
        ),
      ),
    ).toBe(true);
  });

  test("both opened are right, TCP alone for the tunnel is not", () => {
    expect(messages(agent + tunnel("udp"))).toEqual([]);
    expect(messages(agent + tunnel("tcp") + tunnel("udp"))).toEqual([]);
    expect(messages(agent + tunnel("tcp"))).toEqual([expect.stringContaining("runs over UDP")]);
    expect(messages(agent + tunnel("icmp"))).toEqual([expect.stringContaining("runs over UDP")]);
  });

  test("the port of the tunnel is that of the settings", () => {
    const chosen = settings("VXLAN_PORT: '8472'");
    expect(messages(agent + tunnel("udp", 8472) + chosen)).toEqual([]);
    expect(messages(agent + tunnel("udp") + chosen)).toEqual([expect.stringContaining("port 8472")]);
    expect(messages(agent + settings("A: b"))).toEqual([expect.stringContaining("port 4789")]);
    expect(messages(agent + tunnel("tcp") + settings("A: b"))).toHaveLength(2);
    expect(tunnelPort(graphOf(settings("VXLAN_PORT: many"))).state).toBe("unknown");
    expect(tunnelPort(graphOf(settings("VXLAN_PORT: ''")))).toMatchObject({ value: 4789 });
    expect(tunnelPort(graphOf(agent)).state).toBe("absent");
  });

  const rule = (port: number, more: string): string =>
    azure(`{owner: {name: nsg}, protocol: '*', destinationPortRange: ${port}, ${more}}`).replace(
      "name: g",
      `name: r${port}`,
    );
  const subnet = "sourceAddressPrefix: 10.0.0.0/20, destinationAddressPrefix: 10.0.0.0/20";
  const good = `access: Allow, direction: Inbound, ${subnet}`;
  test.each([
    ["right", `priority: 2, ${good}`, 0],
    ["no priority", good, 1],
    ["nothing", "description: a", 1],
    ["another rule's priority", `priority: 1, ${good}`, 1],
    ["a variable as priority", `priority: '\${P}', ${good}`, 0],
    [
      "a subnet that is not known",
      "priority: 2, access: Allow, direction: Inbound, sourceAddressPrefix: '${S}', destinationAddressPrefix: 10.0.0.0/20",
      0,
    ],
    [
      "application groups",
      "priority: 2, access: Allow, direction: Inbound, sourceApplicationSecurityGroups: [a], destinationAddressPrefix: b",
      0,
    ],
    [
      "the world",
      "priority: 2, access: Allow, direction: Inbound, sourceAddressPrefix: Internet, destinationAddressPrefix: 10.0.0.0/20",
      1,
    ],
    [
      "prefixes in another order",
      "priority: 2, access: Allow, direction: Inbound, sourceAddressPrefixes: [b, a], destinationAddressPrefixes: [a, b]",
      0,
    ],
    [
      "two subnets",
      "priority: 2, access: Allow, direction: Inbound, sourceAddressPrefix: a, destinationAddressPrefix: b",
      1,
    ],
    ["a direction that is not known", `priority: 2, access: Allow, direction: '\${D}', ${subnet}`, 0],
    [
      "numbers as words",
      "priority: 12345678901234567890, access: 12345678901234567890, direction: {toString: 7}, sourceAddressPrefix: a, destinationAddressPrefix: a",
      2,
    ],
  ])("Azure: %s", (_name, more, count) => {
    const both = `${rule(15150, `priority: 1, ${good}`)}${rule(9000, more)}`;
    expect(messages(both).length).toBe(count);
  });

  const group = (rules: string): string =>
    object("network.azure.upbound.io/v1beta1", "SecurityGroup", `{forProvider: {securityRule: [${rules}]}}`);
  test("one rule for both ports is one rule", () => {
    const both =
      "{protocol: '*', priority: 1, access: Allow, direction: Inbound, sourceAddressPrefix: a, destinationAddressPrefix: a, destinationPortRanges: ['15150', '9000']}";
    expect(messages(group(both))).toEqual([]);
  });

  test("the priority of any other rule of the group is taken", () => {
    const other = "{protocol: Tcp, priority: 1, access: Allow, direction: Inbound, destinationPortRange: 22}";
    const ours =
      "{protocol: '*', priority: 1, access: Allow, direction: Inbound, sourceAddressPrefix: a, destinationAddressPrefix: a, destinationPortRanges: ['15150', '9000']}";
    expect(messages(group(`${other}, ${ours}`))).toHaveLength(1);
    expect(messages(group(`${other.replace("Inbound", "Outbound")}, ${ours}`))).toEqual([]);
  });
});
