/** A value by a name that others choose: what every object in JavaScript has, such as `constructor`, is none. */
export function ownValue<T>(values: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}
