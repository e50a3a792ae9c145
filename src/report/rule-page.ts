/** Where the project is at home. */
export const home = "https://github.com/meshlint/meshlint";

/** Where the page of a rule stands in the package and in the repository. */
export function pageOf(rule: string): string {
  return `rules/${rule}.md`;
}

/** Where the page of a rule of the catalogue can be read in a browser, as it is in a version of meshlint. */
export function pageUrl(rule: string, version: string): string {
  return `${home}/blob/v${version}/${pageOf(rule)}`;
}
