import { storedName } from '@nestjs-spark/contracts/internal';

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

/** Whether `fields` can carry this one: a top-level field with a plain name. `__proto__` would name no field at all. */
export function isPlainField(field: unknown): field is string {
  return typeof field === 'string' && IDENTIFIER.test(field) && field !== '__proto__';
}

/**
 * How documents spell a field of a class: `sku` is `Sku` there. What is spelled that way already stays. The id is a document's
 * key and none of its fields, so it needs not be copied.
 */
export function documentFields(fields: readonly string[]): string[] {
  const spelled = fields.map((field) => (/^[a-z]/.test(field) ? storedName(field) : field));
  return [...new Set(spelled)].filter((field) => field !== 'Id');
}

/** The script that `fields` stands for: `loadToCars({ A: this.A, B: this.B });` */
export function generateScript(collection: string, fields: readonly string[]): string {
  const copied = documentFields(fields)
    .map((field) => `${field}: this.${field}`)
    .join(', ');
  return IDENTIFIER.test(collection)
    ? `loadTo${collection}({ ${copied} });`
    : `loadTo('${collection}', { ${copied} });`;
}
