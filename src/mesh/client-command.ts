import type { Word } from "./shell.ts";

/** Calls of `oc` and `kubectl` that apply or create what files hold. */

export interface ClientCall {
  /** `oc` or `kubectl`. */
  readonly tool: string;
  readonly verb: "apply" | "create";
  /** The values of `-f`, several of them separated by commas as one. */
  readonly files: readonly Word[];
  /**
   * Words that belong to no flag; null if a flag is not known, so that a word behind it may be its value.
   */
  readonly others: readonly Word[] | null;
}

/** Flags of both verbs that take the next word (kubernetes/kubectl `pkg/cmd/apply`, `pkg/cmd/create`). */
const valued: ReadonlySet<string> = new Set([
  ..."-f --filename -k --kustomize -l --selector -n --namespace -o --output -s --server -v --v".split(" "),
  ..."--as --as-group --as-uid --cache-dir --certificate-authority --client-certificate".split(" "),
  ..."--client-key --cluster --context --field-manager --field-selector --grace-period --kubeconfig".split(
    " ",
  ),
  ..."--kuberc --log-flush-frequency --loglevel --password --profile --profile-output".split(" "),
  ..."--prune-allowlist --prune-whitelist --raw --request-timeout --subresource --template".split(" "),
  ..."--timeout --tls-server-name --token --user --username --vmodule".split(" "),
]);

const switches: ReadonlySet<string> = new Set([
  ..."-R --recursive --all --allow-missing-template-keys --cascade --disable-compression --dry-run".split(
    " ",
  ),
  ..."--edit --force --force-conflicts --insecure-skip-tls-verify --match-server-version".split(" "),
  ..."--openapi-patch --overwrite --prune --record --save-config --server-side".split(" "),
  ..."--show-managed-fields --validate --wait --warnings-as-errors --windows-line-endings".split(" "),
]);

const shows: ReadonlySet<string> = new Set(["echo", "printf", "#"]);

/** The words without redirections: `> log`, `2>/dev/null`. */
function withoutRedirections(words: readonly Word[]): readonly Word[] {
  const kept: Word[] = [];
  let taken: Word | undefined;
  for (const [index, word] of words.entries()) {
    if (word === taken) continue;
    const redirection = /^\d*(?:>>?|<<<|<)(.*)$/s.exec(word.text);
    if (!redirection) kept.push(word);
    else if (redirection[1] === "") taken = words[index + 1];
  }
  return kept;
}

/** A command that applies or creates; null for all others. */
export function clientCall(words: readonly Word[]): ClientCall | null {
  const at = words.findIndex(({ text }) => /(?:^|\/)(?:oc|kubectl)$/.test(text));
  const tool = words[at]?.text.replace(/^.*\//s, "");
  if (tool === undefined || words.slice(0, at).some(({ text }) => shows.has(text))) return null;
  const files: Word[] = [];
  const others: Word[] = [];
  let open = false;
  const rest = withoutRedirections(words.slice(at + 1));
  let taken: Word | undefined;
  for (const [index, word] of rest.entries()) {
    if (word === taken) continue;
    const joined = /^(--[a-z][a-z0-9-]*)=(.*)$/s.exec(word.text) ?? /^(-[a-zA-Z])=?(.+)$/s.exec(word.text);
    const [, flag = word.text, text] = joined ?? [];
    if (!/^--?[a-zA-Z]/.test(word.text)) others.push(word);
    else if (valued.has(flag)) {
      if (text === undefined) taken = rest[index + 1];
      const value = text === undefined ? taken : { ...word, text };
      if ((flag === "-f" || flag === "--filename") && value) files.push(value);
    } else if (!joined && !switches.has(flag)) open = true;
  }
  const [verb, ...more] = others;
  if (verb?.text !== "apply" && verb?.text !== "create") return null;
  return { tool, verb: verb.text, files, others: open ? null : more };
}

/** A word that can only be a file's name: not an object's, and nothing that the shell puts in. */
function isFileName(text: string): boolean {
  return !/[$`*?[{]/.test(text) && /^-$|\.(?:ya?ml|json)$|^\.{0,2}\/|^https?:\/\//.test(text);
}

/** Names of files that have no `-f` of their own, so that the client refuses the call. */
export function strayFiles(call: ClientCall): readonly Word[] {
  if (call.files.length === 0 || call.others === null) return [];
  return call.others.filter(({ text }) => isFileName(text));
}
