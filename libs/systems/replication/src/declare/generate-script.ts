import { storedName } from '@nestjs-spark/contracts/internal';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Whether `fields` can express this one: a top-level field with a plain name. `__proto__` would not name a field. */
export function isPlainField(field: unknown): field is string {
  return typeof field === 'string' && IDENTIFIER.test(field) && field !== '__proto__';
}

/**
 * The spelling of a class's fields in documents: `sku` becomes `Sku`. Fields spelled that way stay. The id is a document's key and not a field, so
 * it need not be copied.
 */
export function documentFields(fields: readonly string[]): string[] {
  const spelled = fields.map((field) => (/^[a-z]/.test(field) ? storedName(field) : field));
  return [...new Set(spelled)].filter((field) => field !== 'Id');
}

/** The script that `fields` is short for: `loadToCars({ A: this.A, B: this.B });` */
export function generateScript(collection: string, fields: readonly string[]): string {
  const copied = documentFields(fields)
    .map((field) => `${field}: this.${field}`)
    .join(', ');
  return IDENTIFIER.test(collection)
    ? `loadTo${collection}({ ${copied} });`
    : `loadTo('${collection}', { ${copied} });`;
}
