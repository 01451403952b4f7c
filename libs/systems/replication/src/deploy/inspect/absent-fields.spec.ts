import { describe, expect, it } from '@jest/globals';
import { inspectScript } from '@nestjs-spark/etl-script/internal';
import { absentFields, describeAbsent } from './absent-fields.ts';

const DOCUMENTS = Array.from({ length: 10 }, (_, n) =>
  JSON.stringify({
    Number: n,
    Customer: 'x',
    LicensePlate: 'y',
    Total: null,
    ...(n === 3 ? { Archived: true } : {}),
    '@metadata': { '@collection': 'Orders' },
  }),
);

function said(script: string, documents = DOCUMENTS): string[] {
  const { fields } = inspectScript({ name: 'x', collection: 'Orders', script });
  return absentFields(fields, documents).map(describeAbsent);
}

const none = (field: string, meant?: string): string =>
  `\`${field}\`: 0 of 10 documents have it${meant ? `; did you mean \`${meant}\`?` : ''}`;

describe('fields that a script reads and no document has', () => {
  it.each<[string, string, string[]]>([
    ["the class's spelling", 'loadToOrders({ A: this.number });', [none('number', 'Number')]],
    ['all in capitals', 'loadToOrders({ A: this.NUMBER });', [none('NUMBER', 'Number')]],
    ['a letter too few', 'loadToOrders({ A: this.Custmer });', [none('Custmer', 'Customer')]],
    ['two letters swapped', 'loadToOrders({ A: this.Cusotmer });', [none('Cusotmer', 'Customer')]],
    ['nothing like it', 'loadToOrders({ A: this.Weight });', [none('Weight')]],
    ['a short name is not taken for a misspelled other one', 'loadToOrders({ A: this.No });', [none('No')]],
    ['by destructuring', 'const { number } = this; loadToOrders({ number });', [none('number', 'Number')]],
    [
      'by a name in quotes',
      "loadToOrders({ A: this['licensePlate'] });",
      [none('licensePlate', 'LicensePlate')],
    ],
    ['optionally', 'loadToOrders({ A: this.customer?.name });', [none('customer', 'Customer')]],
    ['in a condition', 'if (this.hidden) return; loadToOrders({ A: this.Number });', [none('hidden')]],
    ['the id', 'loadToOrders({ A: this.Id });', [none('Id', 'id(this)')]],
    [
      'several, each once',
      'loadToOrders({ A: this.number, B: this.total, C: this.number });',
      [none('number', 'Number'), none('total', 'Total')],
    ],
    ['one that a single document has', 'loadToOrders({ A: this.Archived });', []],
    ['one that is null everywhere', 'loadToOrders({ A: this.Total });', []],
    ['both spellings, so that either does', 'loadToOrders({ A: this.Number ?? this.number });', []],
    ['metadata', "loadToOrders({ A: this['@metadata']['@id'] });", []],
    ['what every object has', 'loadToOrders({ A: this.constructor, N: this.Number });', []],
    ['nobody can tell what', 'loadToOrders(this);', []],
    ['nobody can tell which', "const name = 'number'; loadToOrders({ A: this[name] });", []],
  ])('%s', (_, script, expected) => {
    expect(said(script)).toEqual(expected);
  });

  it('are not spoken of where there are no documents', () => {
    expect(said('loadToOrders({ A: this.number });', [])).toEqual([]);
  });

  it('are counted in the right number', () => {
    expect(said('loadToOrders({ A: this.number });', DOCUMENTS.slice(0, 1))).toEqual([
      '`number`: 0 of 1 document has it; did you mean `Number`?',
    ]);
  });

  it('are looked for in documents that can be read, whatever is beside them', () => {
    expect(said('loadToOrders({ A: this.number });', ['[1]', '{"Number":1}'])).toEqual([
      '`number`: 0 of 2 documents have it; did you mean `Number`?',
    ]);
  });
});
