import { clientCall, strayFiles } from "../../src/mesh/client-command.ts";
import { embeddedCommands, locateWord, scriptKinds } from "../../src/mesh/embedded-scripts.ts";
import { defineRule, fail, remedy } from "../../src/rule/define.ts";
import { integrations } from "../../src/rule/documents.ts";

export const rule = defineRule({
  id: "manifest/embedded-command-invalid",
  summary: "A command in a script names a file without its flag, so the client refuses it.",
  severity: "warning",
  category: "configuration",
  documentation: [integrations("2.3")],
  upstream: ["kubernetes/kubectl pkg/cmd/apply/apply.go"],
  fix: "review",
  reads: scriptKinds,
  candidates: "each",
  selfContained: true,
  subjects: (graph) =>
    graph
      .own(...scriptKinds)
      .filter((resource) => embeddedCommands(resource).some(({ words }) => clientCall(words) !== null)),
  *check(resource) {
    for (const command of embeddedCommands(resource)) {
      const call = clientCall(command.words);
      if (call === null) continue;
      for (const word of strayFiles(call)) {
        const location = locateWord(resource, command, word);
        const { file, start, end } = location;
        // Only where the file shows the very word: elsewhere the whole field would be meant.
        const exact = command.script !== null && file.text.slice(start, end) === word.text;
        yield fail(
          { location, within: { resource, path: command.pathOf(word) } },
          `"${word.text}" has no -f of its own, so ${call.tool} ${call.verb} refuses it as an unexpected argument; the example of Integrations 2.3 is printed with this mistake`,
          remedy(
            "put -f in front of it",
            "review",
            exact ? [{ file, start, end: start, text: "-f " }] : null,
          ),
        );
      }
    }
  },
});
