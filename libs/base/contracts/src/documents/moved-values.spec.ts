import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EntityMapping } from './entity-mapping.ts';
import { rememberOrigin } from './entity-origin.ts';

type Fields = Record<string, unknown>;
interface Order extends Fields {
  open: Fields[];
  sent: Fields[];
}

const mapping = new EntityMapping(Object.prototype, ['byCurrency']);

/** What the store holds after an entity that was read from it was changed and put. */
function put(stored: string, change: (order: Order) => unknown): string {
  const entity = mapping.read(stored, 'x');
  rememberOrigin(entity, { id: 'x', version: '1', collection: 'X', text: stored });
  change(entity as Order);
  return mapping.put(entity)('x').fields(stored);
}

const A = '{"$type":"A","sku":"a","P":1.10,"No":9007199254740993,"Rates":{"eur":1.0,"USD":2}}';
const B = '{"Sku":"b","P":2.50}';
const ORDER = `{"Open":[${A},${B}],"Sent":[{"Sku":"z","P":9.0}],"First":${B},"Numbers":[1.0,9007199254740993]}`;
const takeFirst = (order: Order): Fields => order.open.shift() ?? {};

describe('what is moved within a document', () => {
  it.each<[string, (order: Order) => unknown, string]>([
    [
      'to another list',
      (order) => order.sent.push(takeFirst(order)),
      `{"Open":[${B}],"Sent":[{"Sku":"z","P":9.0},${A}],"First":${B},"Numbers":[1.0,9007199254740993]}`,
    ],
    [
      'to another list, and changed',
      (order) => order.sent.push({ ...takeFirst(order), sentBy: 'ann' }),
      `{"Open":[${B}],"Sent":[{"Sku":"z","P":9.0},${A.slice(0, -1)},"SentBy":"ann"}],"First":${B},"Numbers":[1.0,9007199254740993]}`,
    ],
    [
      'to a member that has another value',
      (order) => Object.assign(order, { first: order.open[0] }),
      `{"Open":[${A},${B}],"Sent":[{"Sku":"z","P":9.0}],"First":${A},"Numbers":[1.0,9007199254740993]}`,
    ],
    [
      'to a new member',
      (order) => {
        Object.assign(order, { last: order.open.pop() });
        delete order['first'];
      },
      `{"Open":[${A}],"Sent":[{"Sku":"z","P":9.0}],"Numbers":[1.0,9007199254740993],"Last":${B}}`,
    ],
    [
      'from within an object, as a list',
      (order) => Object.assign(order, { numbers: [order.open[0]?.['rates']], kept: order['numbers'] }),
      `{"Open":[${A},${B}],"Sent":[{"Sku":"z","P":9.0}],"First":${B},"Numbers":[{"eur":1.0,"USD":2}],"Kept":[1.0,9007199254740993]}`,
    ],
  ])('%s keeps its text', (_, change, expected) => {
    expect(put(ORDER, change)).toBe(expected);
  });

  it('is converted where its names mean something else', () => {
    const stored = '{"ByCurrency":{"eur":1.0,"Usd":2},"Plain":{"chf":3.0}}';
    expect(put(stored, (order) => Object.assign(order, { plain: order['byCurrency'] }))).toBe(
      '{"ByCurrency":{"eur":1.0,"Usd":2},"Plain":{"eur":1,"$Usd":2}}',
    );
  });

  it('is not taken for a number that JavaScript cannot hold', () => {
    const stored = '{"A":{"X":1e400,"Y":1}}';
    expect(mapping.patch('x', { b: { x: null, y: 1 } })(stored)).toBe(
      '{"A":{"X":1e400,"Y":1},"B":{"X":null,"Y":1}}',
    );
  });

  it('reads as it was put, whatever moves where', () => {
    const text = fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 3 }), {
      minKeys: 2,
      maxKeys: 5,
    });
    fc.assert(
      fc.property(text, fc.nat(), fc.nat(), fc.boolean(), (fields, from, to, isKept) => {
        const stored = JSON.stringify(fields);
        let wanted: unknown;
        const after = put(stored, (entity: Fields) => {
          const names = Object.keys(entity).filter((name) => name !== 'id');
          const [source = 'none', target = 'none'] = [names[from % names.length], names[to % names.length]];
          Object.assign(entity, { moved: [entity[source]], [target]: entity[source] });
          if (!isKept) delete entity[source];
          wanted = JSON.parse(JSON.stringify({ ...entity, id: undefined }));
        });
        const { id: _id, ...read } = mapping.read(after, 'x') as { id: string };
        expect(JSON.parse(JSON.stringify(read))).toMatchObject(wanted as object);
      }),
      { numRuns: 500 },
    );
  });
});
