/** Parses JSON and keeps the whole numbers of one member as their text: counters go beyond what a double holds. */
export function parseWithExact<T>(json: string, member: string): T {
  // The reviver's third argument is of ES2025; the compiler's library does not know it yet.
  const revive = (key: string, value: unknown, context?: { source?: string }): unknown =>
    key === member && typeof value === 'number' ? (context?.source ?? String(value)) : value;
  return JSON.parse(json, revive) as T;
}
