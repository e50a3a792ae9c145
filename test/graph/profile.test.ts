import { describe, expect, it } from "vitest";
import { checkProfile, knownVersions, makeProfile, parseProfileOption } from "../../src/graph/profile.ts";
import { parseDocuments } from "../../src/load/parse.ts";
import { toResources } from "../../src/load/resources.ts";
import { UsageError } from "../../src/model/errors.ts";
import { isAssumed, type Profile, type ProfileKey } from "../../src/model/profile.ts";
import type { Resource } from "../../src/model/resource.ts";
import type { ResourceSet } from "../../src/model/set.ts";
import { positionAt } from "../../src/model/source.ts";
import { formatVersion } from "../../src/model/version.ts";

type Texts = Readonly<Partial<Record<ProfileKey, string>>>;

function resourcesIn(text: string, form: "full" | "patch" = "full"): readonly Resource[] {
  return parseDocuments({ path: "all.yaml", text }).flatMap((document) => toResources(document, { form }));
}

function setOf(
  resources: readonly Resource[],
  profile: { readonly option?: Texts; readonly config?: Texts } = {},
  context: readonly Resource[] = [],
): ResourceSet {
  return {
    name: "default",
    path: ".",
    documents: [],
    resources,
    context: { resources: context, complete: [], members: {} },
    owns: [],
    appliedAsWhole: false,
    tenants: [],
    profile: { option: profile.option ?? {}, config: profile.config ?? {} },
  };
}

function profileOf(
  text: string,
  profile: { readonly option?: Texts; readonly config?: Texts } = {},
): Profile {
  return makeProfile(setOf(resourcesIn(text), profile));
}

/** The version that a document shows, `assumed` if none. */
function versionIn(text: string, key: "serverless" | "mesh"): string {
  const profile = profileOf(text);
  return isAssumed(profile, key) ? "assumed" : formatVersion(profile[key]);
}

function subscription(name: string, spec: string): string {
  return `apiVersion: operators.coreos.com/v1alpha1
kind: Subscription
metadata: { name: ${name}, namespace: openshift-operators }
spec:
  name: ${name}
${spec.replaceAll(/^/gm, "  ")}
`;
}

function controlPlane(spec: string, version = "v2", name = "basic"): string {
  return `apiVersion: maistra.io/${version}
kind: ServiceMeshControlPlane
metadata: { name: ${name}, namespace: istio-system }
spec: ${spec}
`;
}

function istio(spec: string, group = "sailoperator.io/v1"): string {
  return `apiVersion: ${group}\nkind: Istio\nmetadata: { name: default }\nspec: ${spec}\n`;
}

describe("the default profile", () => {
  it("is Serverless 1.32 on Service Mesh 2.4, all of it assumed", () => {
    const profile = profileOf("");
    expect(profile).toMatchObject({
      serverless: { major: 1, minor: 32, patch: null },
      mesh: { major: 2, minor: 4, patch: null },
      openshift: null,
      clusterDomain: "cluster.local",
      ingressDomain: null,
      trustDomain: "cluster.local",
      platform: null,
      architectures: ["amd64"],
      conflicts: [],
    });
    expect(new Set(Object.values(profile.sources).map((source) => source.from))).toEqual(
      new Set(["assumed"]),
    );
  });
});

describe("the version of Serverless", () => {
  it.each([
    ["the channel", subscription("serverless-operator", "channel: stable-1.33"), "1.33"],
    ["a plain channel", subscription("serverless-operator", "channel: stable"), "assumed"],
    ["a channel of the old kind", subscription("serverless-operator", "channel: '4.6'"), "assumed"],
    [
      "the first version",
      subscription("serverless-operator", "channel: stable\nstartingCSV: serverless-operator.v1.33.1"),
      "1.33.1",
    ],
    [
      "the channel before the first version",
      subscription("serverless-operator", "channel: stable-1.34\nstartingCSV: serverless-operator.v1.33.1"),
      "1.34",
    ],
    [
      "the installed version before all",
      `${subscription("serverless-operator", "channel: stable-1.34")}status: { installedCSV: serverless-operator.v1.35.0 }`,
      "1.35.0",
    ],
    [
      "no other operator's version",
      subscription("serverless-operator", "startingCSV: kiali-operator.v1.33.1"),
      "assumed",
    ],
    [
      "no version at all",
      subscription("serverless-operator", "startingCSV: serverless-operator.vX"),
      "assumed",
    ],
    ["no placeholder", subscription("serverless-operator", "channel: stable-${VERSION}"), "assumed"],
    ["no other package", subscription("kiali-ossm", "channel: stable-1.33"), "assumed"],
    [
      "no Subscription of Knative",
      "apiVersion: messaging.knative.dev/v1\nkind: Subscription\nmetadata: { name: a }\nspec: { name: serverless-operator, channel: stable-1.33 }",
      "assumed",
    ],
    [
      "an installed operator",
      "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: { name: serverless-operator.v1.36.0 }",
      "1.36.0",
    ],
    [
      "no installed operator of others",
      "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: { name: kiali-operator.v1.36.0 }",
      "assumed",
    ],
    [
      "no operator without version",
      "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: { name: serverless-operator.next }",
      "assumed",
    ],
  ])("follows from %s", (_, text, version) => {
    expect(versionIn(text, "serverless")).toBe(version);
  });

  it("is the newest of equal clues, in any order", () => {
    const both = [
      subscription("serverless-operator", "channel: stable-1.30"),
      subscription("serverless-operator", "channel: stable-1.33"),
    ];
    expect(versionIn(both.join("---\n"), "serverless")).toBe("1.33");
    expect(versionIn(both.toReversed().join("---\n"), "serverless")).toBe("1.33");
  });

  it("is what a patch says, whatever its base says and where the patch leaves out the package", () => {
    const base = resourcesIn(subscription("serverless-operator", "channel: stable-1.33"));
    const patch = resourcesIn(
      "apiVersion: operators.coreos.com/v1alpha1\nkind: Subscription\nmetadata: { name: serverless-operator }\nspec: { channel: stable-1.31 }",
      "patch",
    );
    expect(makeProfile(setOf([...base, ...patch])).serverless).toMatchObject({ major: 1, minor: 31 });
    expect(makeProfile(setOf([...patch, ...base])).serverless).toMatchObject({ major: 1, minor: 31 });
  });

  it("is found in the context, too", () => {
    const context = resourcesIn(subscription("serverless-operator", "channel: stable-1.35"));
    expect(makeProfile(setOf([], {}, context)).serverless).toMatchObject({ major: 1, minor: 35 });
  });
});

describe("the version of Service Mesh", () => {
  it.each([
    ["the control plane", controlPlane("{ version: v2.5 }"), "2.5"],
    ["an old control plane", controlPlane("{ version: v1.1 }", "v1"), "1.1"],
    ["the form of an old control plane", controlPlane("{ istio: { global: {} } }", "v1"), "1.1"],
    ["no placeholder", controlPlane("{ version: <version> }"), "assumed"],
    ["no number", controlPlane("{ version: 2.4 }"), "assumed"],
    ["no channel", subscription("servicemeshoperator", "channel: '1.0'"), "assumed"],
    ["the operator", subscription("servicemeshoperator", "startingCSV: servicemeshoperator.v2.6.3"), "2.6.3"],
    [
      "the control plane before the operator",
      `${controlPlane("{ version: v2.3 }")}---\n${subscription("servicemeshoperator", "startingCSV: servicemeshoperator.v2.6.3")}`,
      "2.3",
    ],
    ["the new operator", subscription("servicemeshoperator3", "channel: stable"), "3.0"],
    ["the new operator's channel", subscription("servicemeshoperator3", "channel: stable-3.1"), "3.1"],
    ["the community's operator", subscription("sailoperator", "channel: 1.26-nightly"), "3.0"],
    ["its first version, an Istio", subscription("sailoperator", "startingCSV: sailoperator.v1.26.0"), "3.1"],
    [
      "its installed version",
      "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: { name: sailoperator.v1.27.1 }",
      "3.2",
    ],
    [
      "the new operator's installed version",
      "apiVersion: operators.coreos.com/v1alpha1\nkind: ClusterServiceVersion\nmetadata: { name: servicemeshoperator3.v3.1.0 }",
      "3.1.0",
    ],
    ["Istio 1.24", istio("{ version: v1.24.3 }"), "3.0"],
    ["Istio 1.26", istio("{ version: v1.26-latest }"), "3.1"],
    ["Istio 1.27", istio("{ version: v1.27.0 }"), "3.2"],
    ["Istio 1.28", istio("{ version: v1.28.1 }"), "3.3"],
    ["an Istio of unknown version", istio("{ version: MESH3_ISTIO_VERSION }"), "3.0"],
    ["an Istio without version", istio("{}"), "3.0"],
    ["the preview's Istio", istio("{ version: v1.22.0 }", "operator.istio.io/v1alpha1"), "3.0"],
    [
      "the control plane that still runs beside an Istio",
      `${istio("{ version: v1.24.3 }")}---\n${controlPlane("{}")}`,
      "assumed",
    ],
    ["nothing of upstream's operator", istio("{}", "install.istio.io/v1alpha1"), "assumed"],
  ])("follows from %s", (_, text, version) => {
    expect(versionIn(text, "mesh")).toBe(version);
  });
});

describe("facts of the cluster", () => {
  it.each<[string, ProfileKey, string, unknown]>([
    [
      "trust domain",
      "trustDomain",
      controlPlane("{ security: { trust: { domain: example.org } } }"),
      "example.org",
    ],
    ["trust domain", "trustDomain", istio("{ values: { meshConfig: { trustDomain: td } } }"), "td"],
    ["trust domain", "trustDomain", controlPlane("{ istio: { global: { trustDomain: td } } }", "v1"), "td"],
    [
      "cluster domain",
      "clusterDomain",
      controlPlane("{ proxy: { networking: { clusterDomain: c.example } } }"),
      "c.example",
    ],
    [
      "cluster domain",
      "clusterDomain",
      istio("{ values: { global: { proxy: { clusterDomain: c.example } } } }"),
      "c.example",
    ],
    [
      "ingress domain",
      "ingressDomain",
      "apiVersion: config.openshift.io/v1\nkind: Ingress\nmetadata: { name: cluster }\nspec: { domain: apps.example.com }",
      "apps.example.com",
    ],
    [
      "ingress domain",
      "ingressDomain",
      "apiVersion: operator.knative.dev/v1beta1\nkind: KnativeServing\nmetadata: { name: knative-serving }\nspec: { config: { domain: { _example: '', s.example: 'selector: {}', <domain>: '', k.example: '' } } }",
      "k.example",
    ],
    [
      "ingress domain",
      "ingressDomain",
      "apiVersion: operator.knative.dev/v1beta1\nkind: KnativeServing\nmetadata: { name: knative-serving }\nspec: { config: { config-domain: { f.example: '' }, domain: [] } }",
      "f.example",
    ],
    [
      "platform",
      "platform",
      "apiVersion: config.openshift.io/v1\nkind: Infrastructure\nmetadata: { name: cluster }\nstatus: { platformStatus: { type: AWS } }",
      "AWS",
    ],
    [
      "architectures",
      "architectures",
      ["arm64", "amd64", "arm64"]
        .map(
          (arch, index) =>
            `apiVersion: v1\nkind: Node\nmetadata: { name: n${index}, labels: { kubernetes.io/arch: ${arch} } }\n`,
        )
        .join("---\n"),
      ["amd64", "arm64"],
    ],
  ])("%s (%s)", (_, key, text, value) => {
    const profile = profileOf(text);
    expect(profile[key]).toEqual(value);
    expect(profile.sources[key].from).toBe("detected");
  });

  it.each([
    ["status: { desired: { version: 4.14.8 } }\nspec: { channel: stable-4.13 }", "4.14.8"],
    ["spec: { desiredUpdate: { version: 4.15.0-rc.1 }, channel: stable-4.13 }", "4.15.0"],
    ["spec: { channel: stable-4.13 }", "4.13"],
  ])("OpenShift of a ClusterVersion with %s", (rest, version) => {
    const { openshift } = profileOf(
      `apiVersion: config.openshift.io/v1\nkind: ClusterVersion\nmetadata: { name: version }\n${rest}`,
    );
    expect(openshift && formatVersion(openshift)).toBe(version);
  });

  it("has the place of what was detected", () => {
    const { sources } = profileOf(controlPlane("\n  version: v2.5"));
    const { at } = sources.mesh;
    expect(
      at && [at.file.path, positionAt(at.file, at.start).line, at.file.text.slice(at.start, at.end)],
    ).toEqual(["all.yaml", 5, "v2.5"]);
  });
});

describe("what wins", () => {
  const detected = controlPlane("{ version: v2.5 }");

  it("is the option, then the config, then what is detected", () => {
    const all = profileOf(detected, { option: { mesh: "2.6" }, config: { mesh: "2.3" } });
    expect([formatVersion(all.mesh), all.sources.mesh.from]).toEqual(["2.6", "option"]);
    const config = profileOf(detected, { config: { mesh: "v2.3" } });
    expect([formatVersion(config.mesh), config.sources.mesh.from]).toEqual(["2.3", "config"]);
    expect(profileOf(detected, { config: { mesh: "3" } }).mesh).toMatchObject({ major: 3, minor: 0 });
  });

  it("reads every key", () => {
    expect(
      profileOf("", {
        option: { architectures: "arm64, amd64", platform: "AWS", openshift: "4.14" },
        config: { clusterDomain: "c.example", trustDomain: "t.example", ingressDomain: "apps.example" },
      }),
    ).toMatchObject({
      architectures: ["amd64", "arm64"],
      platform: "AWS",
      openshift: { major: 4, minor: 14 },
      clusterDomain: "c.example",
      trustDomain: "t.example",
      ingressDomain: "apps.example",
    });
  });

  it("tells where config and manifests differ", () => {
    const { conflicts } = profileOf(detected, { config: { mesh: "2.4" } });
    expect(conflicts).toMatchObject([
      { key: "mesh", config: "2.4", detected: "2.5", at: { file: { path: "all.yaml" } } },
    ]);
  });

  it.each<[string, string, Texts, Texts]>([
    ["the same version, written otherwise", detected, { mesh: "v2.5.1" }, {}],
    ["an option that settles it", detected, { mesh: "2.4" }, { mesh: "2.4" }],
    [
      "a first version that is updated by itself",
      subscription("serverless-operator", "startingCSV: serverless-operator.v1.30.0"),
      { serverless: "1.33" },
      {},
    ],
    [
      "an operator that runs older control planes",
      subscription("servicemeshoperator", "startingCSV: servicemeshoperator.v2.6.3"),
      { mesh: "2.4" },
      {},
    ],
    [
      "equal text",
      controlPlane("{ security: { trust: { domain: Example.org } } }"),
      { trustDomain: "example.org" },
      {},
    ],
    [
      "the same architectures",
      "apiVersion: v1\nkind: Node\nmetadata: { name: a, labels: { kubernetes.io/arch: amd64 } }",
      { architectures: "amd64,amd64" },
      {},
    ],
  ])("does not take %s for a conflict", (_, text, config, option) => {
    expect(profileOf(text, { config, option }).conflicts).toEqual([]);
  });

  it("counts a first version that nobody updates", () => {
    const text = subscription(
      "serverless-operator",
      "startingCSV: serverless-operator.v1.30.0\ninstallPlanApproval: Manual",
    );
    expect(profileOf(text, { config: { serverless: "1.33" } }).conflicts).toHaveLength(1);
  });
});

describe("texts that are no profile", () => {
  it.each([
    ["serverless=1.3", '--profile: unknown Serverless version "1.3"; did you mean "1.30"?'],
    ["mesh=2.7", '--profile: unknown Service Mesh version "2.7"; did you mean "2.0"?'],
    ["mesh=latest", '--profile: unknown Service Mesh version "latest"; known are 1.0 to 3.3'],
    ["openshift=four", '--profile: "four" is no version; write it as 4.14'],
    ["severless=1.32", '--profile: unknown key "severless"; did you mean "serverless"?'],
    ["kubernetes=1.27", '--profile: unknown key "kubernetes"; known are serverless, mesh'],
    ["mesh", '--profile: "mesh" is not KEY=VALUE'],
    ["mesh=2.4,arm64", '--profile: "arm64" is not KEY=VALUE'],
    ["", '--profile: "" is not KEY=VALUE'],
    ["mesh=", "--profile: mesh has no value"],
    ["mesh=2.4,mesh=2.5", "--profile: mesh is given twice"],
    ["__proto__=1", '--profile: unknown key "__proto__"'],
  ])("--profile %s", (text, message) => {
    expect(() => parseProfileOption(text)).toThrow(UsageError);
    expect(() => parseProfileOption(text)).toThrow(message);
  });

  it("of a config are refused as well", () => {
    expect(() => profileOf("", { config: { mesh: "2.44" } })).toThrow(
      'profile: unknown Service Mesh version "2.44"; did you mean "2.4"?',
    );
    expect(() => checkProfile({ serverless: "1.99" }, "meshlint.yaml:2")).toThrow(
      /^meshlint.yaml:2: unknown/,
    );
    expect(() => checkProfile({ serverless: "1.38", mesh: "3.0" }, "x")).not.toThrow();
  });

  it("are told from a good option", () => {
    expect(parseProfileOption("serverless=1.32, mesh=v2.4,architectures=amd64,arm64,platform=AWS")).toEqual({
      serverless: "1.32",
      mesh: "v2.4",
      architectures: "amd64,arm64",
      platform: "AWS",
    });
  });

  it("does not refuse a detected version that is newer than all that are known", () => {
    expect(versionIn(subscription("serverless-operator", "channel: stable-1.99"), "serverless")).toBe("1.99");
    expect(knownVersions.serverless).toEqual(expect.arrayContaining(["1.24", "1.38"]));
  });
});
