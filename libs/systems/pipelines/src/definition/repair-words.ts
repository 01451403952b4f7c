import { _, Name, type Ajv, type CodeKeywordDefinition, type ErrorObject } from 'ajv';

/** Replaces those AJV keywords of a validator that confuse some records with others. */
export function repairWords(ajv: Ajv): void {
  ajv.removeKeyword('uniqueItems');
  ajv.addKeyword({ keyword: 'uniqueItems', type: 'array', schemaType: 'boolean', validate: areUnique });
  const unevaluated = ajv.getKeyword('unevaluatedProperties');
  if (typeof unevaluated !== 'object' || !('code' in unevaluated)) return;
  ajv.removeKeyword('unevaluatedProperties');
  ajv.addKeyword({ ...unevaluated, code: withoutPrototype(unevaluated) });
}

/** AJV collects the evaluated fields in an object that inherits `toString` from the start. */
function withoutPrototype({ code }: CodeKeywordDefinition): CodeKeywordDefinition['code'] {
  return (context) => {
    const { gen, it } = context;
    const { props } = it;
    if (props instanceof Name)
      gen.if(_`typeof ${props} == "object"`, () => gen.code(_`Object.setPrototypeOf(${props}, null)`));
    code(context);
  };
}

/** AJV's own version compares all pairs of items, and does not detect a repeated `__proto__`. */
const areUnique: { (isAsked: boolean, items: unknown[]): boolean; errors?: Partial<ErrorObject>[] } = (
  isAsked,
  items,
) => {
  const seen = new Map<string, number>();
  for (const [j, item] of isAsked ? items.entries() : []) {
    const text = JSON.stringify(item, inOrder);
    const i = seen.get(text);
    if (i !== undefined) {
      areUnique.errors = [{ keyword: 'uniqueItems', params: { i, j } }];
      return false;
    }
    seen.set(text, j);
  }
  return true;
};

/** The order of fields does not matter. */
function inOrder(_name: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
