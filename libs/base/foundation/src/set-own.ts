/** Gives an object a field of its own. A plain assignment would set the prototype under one name. */
export function setOwn(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true });
  else fields[name] = value;
}
