/**
 * What a value of the config may look like, as data: the check of a config and its JSON Schema for editors are both
 * made from it, so that they cannot say different things.
 */
interface About {
  readonly description: string;
  readonly examples?: readonly unknown[];
}

export type Shape =
  /** Text as written: `1.30` without quotes is the text `1.30`, not the number 1.3. */
  | (About & { readonly type: "text"; readonly format?: TextFormat })
  | (About & { readonly type: "flag" })
  | (About & { readonly type: "choice"; readonly values: readonly string[]; readonly noun: string })
  | (About & { readonly type: "list"; readonly items: Shape })
  /** `[level, { options }]`. */
  | (About & { readonly type: "pair"; readonly first: Shape; readonly second: Shape })
  | (About & {
      readonly type: "mapping";
      readonly keys: Readonly<Record<string, Shape>>;
      readonly required?: readonly string[];
      /** Exactly one of these keys. */
      readonly oneOf?: readonly string[];
    })
  /** A mapping whose keys the user chooses. */
  | (About & { readonly type: "names"; readonly values: Shape })
  /** Anything that YAML can say: the options of a rule, which the rule's own schema checks. */
  | (About & { readonly type: "anything" })
  /** Any value at all, nothing (null) included. */
  | (About & { readonly type: "any" })
  /** One of these, told apart by what is written: a scalar, a list or a mapping. At most one for each. */
  | (About & { readonly type: "either"; readonly of: readonly Shape[] });

export interface TextFormat {
  readonly pattern: RegExp;
  /** What the text has to be, to end a message with: `a date such as 2027-03-01`. */
  readonly expected: string;
}

/** JSON Schema (draft-07) of a shape. */
export function toJsonSchema(shape: Shape): Readonly<Record<string, unknown>> {
  const { description, examples } = shape;
  return { description, ...bodyOf(shape), ...(examples ? { examples } : {}) };
}

function bodyOf(shape: Shape): Record<string, unknown> {
  switch (shape.type) {
    case "text":
      // Editors read unquoted 1.32 as a number, which is as good here.
      return shape.format
        ? { type: ["string", "number"], pattern: shape.format.pattern.source }
        : { type: ["string", "number", "boolean"] };
    case "flag":
      return { type: "boolean" };
    case "choice":
      return shape.values.includes("off")
        ? { enum: [...shape.values, false] }
        : { type: "string", enum: shape.values };
    case "list":
      return { type: ["array", "null"], items: toJsonSchema(shape.items) };
    case "pair":
      return {
        type: "array",
        items: [toJsonSchema(shape.first), toJsonSchema(shape.second)],
        minItems: 1,
        maxItems: 2,
      };
    case "mapping":
      return {
        type: ["object", "null"],
        properties: Object.fromEntries(
          Object.entries(shape.keys).map(([key, inner]) => [key, toJsonSchema(inner)]),
        ),
        additionalProperties: false,
        ...(shape.required ? { type: "object", required: shape.required } : {}),
        ...(shape.oneOf ? { type: "object", oneOf: shape.oneOf.map((key) => ({ required: [key] })) } : {}),
      };
    case "names":
      return { type: ["object", "null"], additionalProperties: toJsonSchema(shape.values) };
    case "anything":
      return { type: ["object", "null"] };
    case "any":
      return {};
    case "either":
      return { anyOf: shape.of.map(toJsonSchema) };
  }
}
