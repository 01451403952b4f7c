/** Sets an own field of an object. A plain assignment to `__proto__` would set the prototype. */
export function setOwn(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__')
    Object.defineProperty(fields, name, { value, writable: true, enumerable: true, configurable: true });
  else fields[name] = value;
}
