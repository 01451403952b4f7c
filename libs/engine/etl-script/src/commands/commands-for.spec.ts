import { describe, expect, it } from '@jest/globals';
import { commandsForDelete, commandsForUpdate } from './commands-for.ts';

const source = { id: 'orders/1-A', collection: 'Orders' };
const put = (id: string, collection: string, fields = '{}') => ({ type: 'put', id, collection, fields });

describe('The commands for a document', () => {
  it('keep its id for its own collection, whatever the case, with the name as the script wrote it', () => {
    expect(commandsForUpdate(source, ['orders'], [{ target: 'orders', fields: '{}' }])).toEqual([
      put('orders/1-A', 'orders'),
    ]);
  });

  it('let the script’s own @collection win only in its own collection', () => {
    const load = { fields: '{}', collection: 'Zed' };
    expect(commandsForUpdate(source, ['Orders'], [{ target: 'Orders', ...load }])).toEqual([
      put('orders/1-A', 'Zed'),
    ]);
    expect(commandsForUpdate(source, ['People'], [{ target: 'People', ...load }]).at(-1)).toMatchObject({
      collection: 'People',
    });
  });

  it('give loads into another collection ids that are the same at every update, after deleting the old ones', () => {
    const loads = [
      { target: 'OrderLines', fields: '{"n":1}' },
      { target: 'People', fields: '{}' },
      { target: 'OrderLines', fields: '{"n":2}' },
    ];
    expect(commandsForUpdate(source, ['OrderLines', 'People'], loads)).toEqual([
      { type: 'delete-prefix', prefix: 'orders/1-A/OrderLines/' },
      { type: 'delete-prefix', prefix: 'orders/1-A/people/' },
      put('orders/1-A/OrderLines/0000000000000000001', 'OrderLines', '{"n":1}'),
      put('orders/1-A/people/0000000000000000001', 'People'),
      put('orders/1-A/OrderLines/0000000000000000002', 'OrderLines', '{"n":2}'),
    ]);
  });

  it('delete a document that its own collection’s load left out', () => {
    expect(commandsForUpdate(source, ['Orders', 'People'], [])).toEqual([
      { type: 'delete', id: 'orders/1-A' },
      { type: 'delete-prefix', prefix: 'orders/1-A/people/' },
    ]);
  });

  it('never give two loads the same id, even where two names share a prefix', () => {
    const loads = [
      { target: 'People', fields: '{}' },
      { target: 'people', fields: '{}' },
    ];
    const ids = commandsForUpdate(source, ['People', 'people'], loads).flatMap((c) =>
      c.type === 'put' ? [c.id] : [],
    );
    expect(new Set(ids).size).toBe(2);
  });

  it('of a deletion remove all that it was loaded to, or itself when it passed unchanged', () => {
    expect(commandsForDelete(source, ['Orders', 'People'])).toEqual([
      { type: 'delete', id: 'orders/1-A' },
      { type: 'delete-prefix', prefix: 'orders/1-A/people/' },
    ]);
    expect(commandsForDelete(source, [])).toEqual([{ type: 'delete', id: 'orders/1-A' }]);
    expect(commandsForDelete(source, ['Orders'], false)).toEqual([]);
  });
});
