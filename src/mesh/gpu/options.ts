/** An option with a number of GPUs; 0: the manifests tell. */
export function gpuCount(description: string): {
  readonly default: number;
  readonly schema: object;
  readonly description: string;
} {
  return { default: 0, schema: { type: "integer", minimum: 0 }, description: `${description}` };
}
