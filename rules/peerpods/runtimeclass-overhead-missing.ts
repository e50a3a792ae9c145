import { setValues } from "../../src/fix/edits.ts";
import { read } from "../../src/mesh/field.ts";
import { kinds } from "../../src/mesh/kinds.ts";
import { isPatched } from "../../src/mesh/patches.ts";
import { remoteClass } from "../../src/mesh/peerpods/settings.ts";
import { plainText, valueAt } from "../../src/model/value.ts";
import { at, defineRule, fail, remedy, undecided } from "../../src/rule/define.ts";
import { peerPods } from "../../src/rule/documents.ts";

const podFixed = ["overhead", "podFixed"];
/** What the operator's own class has. */
const usual = { cpu: "250m", memory: "350Mi" } as const;

const isZero = (text: string): boolean => /^0+(?:\.0*)?[A-Za-z]*$/.test(text);

export const rule = defineRule({
  id: "peerpods/runtimeclass-overhead-missing",
  summary: "A RuntimeClass for peer pods books no CPU or memory on the node.",
  severity: "warning",
  category: "capacity",
  documentation: [peerPods("3.1.1")],
  upstream: [
    "openshift/sandboxed-containers-operator controllers/openshift_controller.go",
    "openshift/cloud-api-adaptor src/webhook/hack/rc.yaml",
  ],
  fix: "review",
  reads: [kinds.RuntimeClass],
  subjects: (graph) =>
    graph.own(kinds.RuntimeClass).filter(({ value }) => valueAt(value, ["handler"]) === remoteClass),
  *check(runtimeClass, graph) {
    const names = ["cpu", "memory"] as const;
    const readings = names.map((name) => ({ name, reading: read(runtimeClass, [...podFixed, name]) }));
    const open = readings.find(({ reading }) => reading.state === "unknown");
    const missing = readings.filter(
      ({ reading }) =>
        reading.state === "absent" || (reading.state === "value" && isZero(plainText(reading.value))),
    );
    if (missing.length === 0) return yield* open ? [undecided(`${open.name} of the overhead`)] : [];
    if (isPatched(graph, runtimeClass)) return yield undecided("the overhead, which a patch may set");
    const words = missing.map(({ name }) => (name === "cpu" ? "CPU" : name)).join(" and ");
    const [first] = missing;
    const whole = missing.length > 1 || first === undefined;
    yield fail(
      at(runtimeClass, ...podFixed, ...(whole ? [] : [first.name])),
      `the class has no overhead of ${words}: the webhook empties the requests of peer pods, so the scheduler books nothing for them on the node`,
      remedy(
        `give the class an overhead of ${missing.map(({ name }) => `${usual[name]} ${name}`).join(" and ")}`,
        "review",
        setValues(
          runtimeClass,
          missing.map(({ name }) => [[...podFixed, name], usual[name]] as const),
        ),
      ),
    );
  },
});
