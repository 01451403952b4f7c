const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Whether `fields` can carry this one: a top-level field with a plain name. `__proto__` would name no field at all. */
export function isPlainField(field: unknown): field is string {
  return typeof field === 'string' && IDENTIFIER.test(field) && field !== '__proto__';
}

/** The script that `fields` stands for: `loadToCars({ A: this.A, B: this.B });` */
export function generateScript(collection: string, fields: readonly string[]): string {
  const copied = fields.map((field) => `${field}: this.${field}`).join(', ');
  return IDENTIFIER.test(collection)
    ? `loadTo${collection}({ ${copied} });`
    : `loadTo('${collection}', { ${copied} });`;
}
