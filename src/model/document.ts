import type { SourceFile, Span } from "./source.ts";
import type { Path, Value } from "./value.ts";

/** Something that kubectl does silently while it reads; each becomes a `yaml/` finding. */
export type Notice =
  | {
      readonly kind: "duplicate-key";
      readonly key: string;
      readonly at: Span;
      readonly first: Span;
      readonly path: Path;
    }
  | { readonly kind: "dropped-content"; readonly at: Span }
  | {
      readonly kind: "yaml11-surprise";
      readonly at: Span;
      readonly path: Path;
      /** The scalar as written, and what kubectl reads. */
      readonly written: string;
      readonly read: Value;
    };

/** Where the keys and values of a document stand. Computed on first use, since most documents never need it. */
export interface Places {
  /** The span of the value at a path; of an alias, the alias itself; undefined if the path is absent. */
  value(path: Path): Span | undefined;
  /** The span of the last key of a path; for list items the span of the item. */
  key(path: Path): Span | undefined;
  /** Whether the value at a path, or one above it, comes from an alias or a merge key (`<<`). */
  shared(path: Path): boolean;
  /** All paths of the document in source order. */
  paths(): Iterable<Path>;
}

/** One YAML or JSON document of a file. */
export interface ManifestDocument {
  readonly file: SourceFile;
  /** Position in the file, empty documents counted. */
  readonly index: number;
  /** The part of the file that holds the document. */
  readonly span: Span;
  /** Undefined if the document cannot be read; null for an empty one. */
  readonly value: Value | undefined;
  readonly error: { readonly message: string; readonly at: Span } | null;
  readonly notices: readonly Notice[];
  readonly places: Places;
}
