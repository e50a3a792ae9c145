import type { Colors } from "../report/colors.ts";
import { inertLines, safeText } from "../report/safe-text.ts";
import { plural } from "../report/summary.ts";
import { label } from "../model/resource.ts";
import { durationText } from "../apply/duration.ts";
import { stepTitle } from "../apply/plan-text.ts";
import type { OpenObject, RunEvent } from "../apply/run-model.ts";
import type { Output } from "./io.ts";

/** A log gets a line about what is waited for this often at most, in milliseconds. */
const everyInLogs = 15_000;
/** Applied objects of a step that are named; of more only the number is told. */
const mostNamed = 30;

const verbs = { create: "created", change: "changed", unchanged: "unchanged" } as const;

/** `KnativeServing knative-serving/knative-serving: DeploymentsAvailable is False: …`. */
function openText({ object, what, failed, event }: OpenObject): string {
  const last = event === null ? "" : ` [${event}]`;
  return `${label(object.resource)}: ${failed ? "fails: " : ""}${what}${last}`;
}

/** Says how a run goes: a line that changes on terminals, lines one after the other elsewhere. */
export class Progress {
  readonly #output: Output;
  /** Null: no terminal. */
  readonly #columns: number | null;
  readonly #colors: Colors;
  #said = 0;
  #of = 0;
  #applied = 0;
  #lastWaiting = Number.NEGATIVE_INFINITY;
  #lastTrouble = "";

  constructor(output: Output, columns: number | null, colors: Colors) {
    this.#output = output;
    this.#columns = columns;
    this.#colors = colors;
  }

  #clear(): void {
    if (this.#said > 0) this.#output.write("\r\u001b[2K");
    this.#said = 0;
  }

  #line(text: string): void {
    this.#clear();
    this.#output.write(inertLines(`${text}\n`));
  }

  /** The line that changes. */
  #status(text: string): void {
    this.#clear();
    const shown = safeText(text).slice(0, (this.#columns ?? 80) - 1);
    this.#output.write(this.#colors.dim(shown));
    this.#said = shown.length;
  }

  readonly onEvent = (event: RunEvent): void => {
    switch (event.type) {
      case "step":
        this.#of = event.objects;
        this.#applied = 0;
        this.#lastWaiting = Number.NEGATIVE_INFINITY;
        this.#line(
          this.#colors.bold(`[${event.number}/${event.of}] ${stepTitle(event.step).title}`) +
            this.#colors.dim(` (${event.step}, ${plural(event.objects, "object")})`),
        );
        break;
      case "checking":
        if (this.#columns !== null) this.#status(`  the server checks ${plural(event.objects, "object")}`);
        break;
      case "applied": {
        this.#applied++;
        const { resource, action } = event.object;
        if (this.#of <= mostNamed) this.#line(`  ${verbs[action].padEnd(9)} ${safeText(label(resource))}`);
        else if (this.#columns !== null) this.#status(`  ${this.#applied} of ${this.#of} applied`);
        if (this.#of > mostNamed && this.#applied === this.#of) this.#line(`  ${this.#of} objects applied`);
        break;
      }
      case "waiting":
        this.#waiting(event);
        break;
      case "ready":
        // What is ready at once needs no words.
        if (event.elapsed >= 1000)
          this.#line(
            `  ready     ${safeText(label(event.object.resource))} after ${durationText(event.elapsed)}`,
          );
        break;
      case "trouble":
        if (event.message !== this.#lastTrouble)
          this.#line(this.#colors.yellow(`  trying again: ${safeText(event.message)}`));
        this.#lastTrouble = event.message;
        break;
      case "step-done":
        this.#clear();
        this.#lastTrouble = "";
        break;
    }
  };

  #waiting({ open, elapsed, limit }: RunEvent & { readonly type: "waiting" }): void {
    const [first] = open;
    if (!first) return;
    const time = `${durationText(elapsed)} of ${durationText(limit)}`;
    const others = open.length > 1 ? ` (and ${open.length - 1} more)` : "";
    if (this.#columns !== null) {
      this.#status(`  waiting ${time}${others}: ${openText(first)}`);
      return;
    }
    if (elapsed - this.#lastWaiting < everyInLogs) return;
    this.#lastWaiting = elapsed;
    this.#line(`  waiting   ${time}`);
    for (const each of open.slice(0, 5)) this.#line(`            ${safeText(openText(each))}`);
    if (open.length > 5) this.#line(`            and ${open.length - 5} more`);
  }

  /** Leaves the terminal as it was found. */
  end(): void {
    this.#clear();
  }
}
