/** A path as git and patch read it: in quotes where it holds what would end it or break the line. */
function headerName(path: string): string {
  if (!/["\\\p{Cc}]/u.test(path)) return path;
  const escaped = path
    .replace(/["\\]/g, "\\$&")
    .replace(/\p{Cc}/gu, (character) =>
      [...new TextEncoder().encode(character)]
        .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
        .join(""),
    );
  return `"${escaped}"`;
}

/** Behind a name with white space, a tab says where it ends. */
const ended = (name: string): string => (name.includes(" ") ? `${name}\t` : name);

/**
 * The changes of a file as `git apply` and `patch -p1` take them; empty where nothing changes. Line breaks stay as
 * they are.
 *
 * @param path relative to the working directory
 */
export async function unifiedDiff(path: string, before: string, after: string): Promise<string> {
  if (before === after) return "";
  const { createTwoFilesPatch } = await import("diff");
  const patch = createTwoFilesPatch("a", "b", before, after, undefined, undefined, { context: 3 });
  const hunks = patch.slice(patch.indexOf("@@"));
  const names = [`--- ${ended(headerName(`a/${path}`))}`, `+++ ${ended(headerName(`b/${path}`))}`];
  return `${names.join("\n")}\n${hunks}`;
}
