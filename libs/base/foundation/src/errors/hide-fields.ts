/**
 * Keeps fields that are for code alone from being printed with an error: Node and loggers print every enumerable field after the
 * stack, as if an operator could do something about `mayPass: false`.
 */
export function hideFields<E extends Error>(error: E, ...names: readonly (keyof E & string)[]): void {
  for (const name of names) Object.defineProperty(error, name, { enumerable: false });
}
