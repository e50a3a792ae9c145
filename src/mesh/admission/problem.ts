import type { Severity } from "../../model/finding.ts";
import type { Resource } from "../../model/resource.ts";
import type { Path } from "../../model/value.ts";

/** What is wrong with one link between the API server and the pods that it calls, or what would tell. */
export type LinkProblem =
  | {
      readonly path: Path;
      readonly message: string;
      readonly advice: string;
      readonly severity?: Severity;
      /** Other rules say less about this field: one cause, one finding. */
      readonly explains?: Path;
      readonly related?: { readonly resource: Resource; readonly path: Path; readonly message: string };
    }
  | { readonly needs: string };
