/** Where the page of a rule stands in the package and in the repository. */
export function pageOf(rule: string): string {
  return `rules/${rule}.md`;
}
