import { describe, expect, it } from "vitest";
import { accountOf, isAccount, subjectsOf } from "../../../src/mesh/admission/access-roles.ts";
import { kinds } from "../../../src/mesh/kinds.ts";
import { graphOf, only } from "../../support/graph.ts";

const binding = (subjects: string, namespace = "namespace: guard,") =>
  only(
    graphOf(`
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { ${namespace} name: guard }
subjects: ${subjects}
`),
    kinds.RoleBinding,
    "guard",
  );

const account = { namespace: "guard", name: "server" };

describe("whether a subject is an account", () => {
  it.each([
    ["{ kind: ServiceAccount, name: server, namespace: guard }", "yes"],
    ["{ kind: ServiceAccount, name: server }", "yes"],
    ["{ kind: ServiceAccount, name: server, namespace: other }", "no"],
    ["{ kind: ServiceAccount, name: other, namespace: guard }", "no"],
    ["{ kind: Group, name: system:serviceaccounts }", "yes"],
    ["{ kind: Group, name: system:authenticated }", "yes"],
    ["{ kind: Group, name: system:serviceaccounts:guard }", "yes"],
    ["{ kind: Group, name: system:serviceaccounts:other }", "no"],
    ["{ kind: Group, name: admins }", "no"],
    ["{ kind: User, name: system:serviceaccount:guard:server }", "yes"],
    ["{ kind: User, name: system:serviceaccount:other:server }", "no"],
    ["{ kind: User, name: server }", "no"],
    ["{ name: server }", "no"],
  ])("%s: %s", (subject, expected) => {
    expect(subjectsOf(binding(`[${subject}]`)).map((one) => isAccount(one, account))).toEqual([expected]);
  });

  it("leaves it open where a namespace is not known", () => {
    const [subject] = subjectsOf(binding("[{ kind: ServiceAccount, name: server }]", ""));
    expect(subject && isAccount(subject, account)).toBe("unknown");
    const [group] = subjectsOf(binding("[{ kind: Group, name: system:serviceaccounts:guard }]"));
    expect(group && isAccount(group, { ...account, namespace: null })).toBe("unknown");
  });

  it("reads no subjects where there are none", () => {
    expect(subjectsOf(binding("[7, { kind: User }]"))).toEqual([]);
    expect(subjectsOf(binding("none"))).toEqual([]);
  });
});

describe("the account of pods", () => {
  const accountIn = (spec: string) =>
    graphOf(`
apiVersion: v1
kind: Pod
metadata: { name: guard, namespace: guard }
spec: ${spec}
`)
      .pods()
      .map((pod) => accountOf(pod).name);

  it.each([
    ["{ serviceAccountName: server }", "server"],
    ["{ serviceAccount: server }", "server"],
    ["{}", "default"],
    ['{ serviceAccountName: "" }', "default"],
  ])("%s: %s", (spec, expected) => {
    expect(accountIn(spec)).toEqual([expected]);
  });
});
