import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EntityMapping } from './entity-mapping.ts';
import { rememberOrigin } from './entity-origin.ts';

type Fields = Record<string, unknown>;

const mapping = new EntityMapping();

/** What the store holds after an entity that was read from it was changed and put. */
function put(stored: string, change: (entity: Fields) => void): string {
  const entity = mapping.read(stored, 'x') as Fields;
  rememberOrigin(entity, { id: 'x', version: '1', collection: 'X', text: stored });
  change(entity);
  return mapping.put(entity)('x').fields(stored);
}

const patch = (stored: string, changes: Fields): string => mapping.patch('x', changes)(stored);
const list = (entity: Fields): Fields[] => entity['lines'] as Fields[];

describe('the text of a document that is put', () => {
  it('stays the same for any document when nothing is changed', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, 2),
        (fields, space) => {
          const stored = JSON.stringify(fields, null, space);
          expect(put(stored, () => undefined)).toBe(stored);
          expect(mapping.put(mapping.read(stored, 'x'))('x').fields(stored)).toBe(stored);
        },
      ),
    );
  });

  it('reads as the entity that was put, regardless of what was stored and what it was read from', () => {
    const fields = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 6 });
    fc.assert(
      fc.property(fields, fields, fields, (there, origin, change) => {
        const entity = Object.assign(mapping.read(JSON.stringify(origin), 'x'), change);
        rememberOrigin(entity, { id: 'x', version: '1', collection: 'X', text: JSON.stringify(origin) });
        const { id: _id, ...wanted } = JSON.parse(JSON.stringify(entity)) as Fields;
        const { id: _key, ...read } = mapping.read(
          mapping.put(entity)('x').fields(JSON.stringify(there)),
          'x',
        ) as Fields;
        expect(read).toMatchObject(wanted);
      }),
    );
  });

  const LINES =
    '{"Lines":[{"Sku":"a","P":1.10,"$type":"A"},{"Sku":"b","P":2.20,"$type":"B"},{"Sku":"c","P":3.30}]}';
  it.each([
    [
      'goes',
      (lines: Fields[]) => lines.splice(0, 1),
      '[{"Sku":"b","P":2.20,"$type":"B"},{"Sku":"c","P":3.30}]',
    ],
    [
      'comes to the front',
      (lines: Fields[]) => lines.unshift({ sku: 'n', p: 1 }),
      '[{"Sku":"n","P":1},{"Sku":"a","P":1.10,"$type":"A"},{"Sku":"b","P":2.20,"$type":"B"},{"Sku":"c","P":3.30}]',
    ],
    [
      'is changed while another goes',
      (lines: Fields[]) => {
        lines.shift();
        Object.assign(lines[0] ?? {}, { p: 9 });
      },
      '[{"Sku":"b","P":9,"$type":"B"},{"Sku":"c","P":3.30}]',
    ],
    [
      'is changed while all turn around',
      (lines: Fields[]) => {
        lines.reverse();
        Object.assign(lines[0] ?? {}, { n: 1 });
      },
      '[{"Sku":"c","P":3.30,"N":1},{"Sku":"b","P":2.20,"$type":"B"},{"Sku":"a","P":1.10,"$type":"A"}]',
    ],
    [
      'is exchanged for one that is like none',
      (lines: Fields[]) => lines.splice(1, 1, { x: [1.5] }),
      '[{"Sku":"a","P":1.10,"$type":"A"},{"X":[1.5]},{"Sku":"c","P":3.30}]',
    ],
    ['is all that is left, and plain', (lines: unknown[]) => lines.splice(0, 3, 7), '[7]'],
    ['is gone with all others', (lines: Fields[]) => lines.splice(0), '[]'],
  ])('keeps the items of a list of which one %s', (_, change, expected) => {
    expect(put(LINES, (entity) => void change(list(entity)))).toBe(`{"Lines":${expected}}`);
  });

  it.each([
    ['blanks', '{ "A" : 1 , "M" : "x" ,\n "B":[ 1, 2 ] }', '{ "A" : 1 , "M" : "y" ,\n "B":[ 1, 2 ] }'],
    [
      'names with escapes',
      '{"\\u004d":"x","\\u0041":"\\u0041\\/"}',
      '{"\\u004d":"y","\\u0041":"\\u0041\\/"}',
    ],
    ['members that appear twice', '{"A":1,"M":"x","A":2.0}', '{"A":1,"M":"y","A":2.0}'],
    [
      'one that appears twice itself: all readers find the new one',
      '{"M":"w","A":1,"M":"x"}',
      '{"M":"y","A":1,"M":"y"}',
    ],
    ['halves of pairs', '{"M":"x","A":"\\ud83d","\\ude00":1}', '{"M":"y","A":"\\ud83d","\\ude00":1}'],
    ['pairs as escapes', '{"M":"x","A":"\\ud83d\\ude00"}', '{"M":"y","A":"\\ud83d\\ude00"}'],
    ['a document without fields', '{ }', '{"M":"y" }'],
    ['metadata among the fields', '{"@metadata":{"x":1.0},"M":"x"}', '{"@metadata":{"x":1.0},"M":"y"}'],
    ['a small name', '{"m":"x","A":1.0}', '{"m":"y","A":1.0}'],
    ['a small name beside the capital one', '{"m":1,"M":"x"}', '{"m":1,"M":"y"}'],
  ])('keeps %s', (_, stored, expected) => {
    expect(patch(stored, { m: 'y' })).toBe(expected);
    expect(put(stored, (entity) => Object.assign(entity, { m: 'y' }))).toBe(expected);
  });

  it('keeps numbers that no double can hold beside a field that is patched', () => {
    const stored = '{"M":"x","A":1e400,"B":{"C":[-1e999]},"P":1.10}';
    expect(patch(stored, { m: 'y' })).toBe(stored.replace('x', 'y'));
  });

  it('loses all of a field that appears twice, and the comma before or after it', () => {
    expect(patch('{"A":1,"M":2,"A":3}', { a: undefined })).toBe('{"M":2}');
    expect(patch('{"A":1,"M":2}', { m: undefined })).toBe('{"A":1}');
    expect(patch('{"A":1}', { a: undefined })).toBe('{}');
    expect(patch('{"A":1}', { none: undefined, id: 'other' })).toBe('{"A":1}');
  });

  it('keeps what the class does not show', () => {
    class User {
      toJSON(): object {
        const { hash: _hash, ...shown } = this as Fields;
        return shown;
      }
    }
    const users = new EntityMapping(User.prototype);
    const user = Object.assign(users.read('{"Name":"x","Hash":1.10}', 'x'), { name: 'y' });
    expect(users.put(user)('x').fields('{"Name":"x","Hash":1.10}')).toBe('{"Name":"y","Hash":1.10}');
    const plain = { name: 'y', hash: 1.1 };
    expect(users.put(plain)('x').fields('{"Name":"x","Hash":1.10}')).toBe('{"Name":"y","Hash":1.10}');
  });

  it('spells new names as their neighbours are spelled', () => {
    const stored = '{"plate":"A","Small":{"eur":1},"Mixed":{"eur":1,"USD":2},"Big":{"Eur":1}}';
    const changed = put(stored, (entity) => {
      entity['color'] = 'red';
      for (const name of ['small', 'mixed', 'big']) Object.assign(entity[name] as Fields, { gbp: 3, GBP: 4 });
    });
    expect(changed).toBe(
      '{"plate":"A","Small":{"eur":1,"gbp":3,"$GBP":4},"Mixed":{"eur":1,"USD":2,"Gbp":3,"$GBP":4},"Big":{"Eur":1,"Gbp":3,"$GBP":4},"Color":"red"}',
    );
  });

  it('takes texts from what is there, and otherwise from what the entity was read from', () => {
    const entity = mapping.read('{"A":1.10,"B":2.20,"C":{"x":3.30}}', 'x') as Fields;
    rememberOrigin(entity, {
      id: 'y',
      version: '1',
      collection: 'X',
      text: '{"A":1.10,"B":2.20,"C":{"x":3.30}}',
    });
    expect(mapping.put(entity)('x').fields('{"B":2.200,"A":7}')).toBe('{"B":2.200,"A":1.10,"C":{"x":3.30}}');
    expect(mapping.put(entity)('x').fields(null)).toBe('{"A":1.10,"B":2.20,"C":{"x":3.30}}');
  });
});
