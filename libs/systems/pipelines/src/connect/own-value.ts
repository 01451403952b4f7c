/** Looks up a name that comes from outside: inherited properties such as `constructor` do not count. */
export function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
