import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { CaseWorld } from '../../testing/case-world.ts';

const order = (lines: number[]) => `{"Lines":${JSON.stringify(lines)},"@metadata":{"@collection":"Orders"}}`;
const user = (fields: object) => JSON.stringify({ ...fields, '@metadata': { '@collection': 'Users' } });

describeWithServers(['ravendb'], 'Updates and filtering are as in RavenDB', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = new CaseWorld(testServers().ravendbUrl);
    await world.open({
      'orders/1-A': order([1, 2]),
      'users/1': user({ Name: 'Joe', Age: 41, Active: false, AddressId: 'addresses/1' }),
      'users/2': user({ Name: 'Jim', Age: 40, Active: true }),
      'addresses/1': '{"City":"Rome","@metadata":{"@collection":"Addresses"}}',
    });
  });
  afterAll(() => world.close());

  it('case 17: an update first removes what the one before made, by prefix, then puts; our numbers begin again', async () => {
    const script = 'for (const line of this.Lines) loadToOrderLines({line})';
    await world.put(script, 'orders/1-A', 'Orders');
    await world.write('orders/1-A', order([3, 4]));
    expect(await world.put(script, 'orders/1-A', 'Orders')).toEqual([
      'delete orders/1-A/OrderLines/*',
      'put orders/1-A/OrderLines/0000000000000000001 OrderLines {"line":3}',
      'put orders/1-A/OrderLines/0000000000000000002 OrderLines {"line":4}',
    ]);
  });

  it('case 18: what no longer passes the script is deleted', async () => {
    const script = "if (this.Name == 'Joe') loadToUsers({N:this.Name})";
    expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"N":"Joe"}']);
    await world.write('users/1', user({ Name: 'Jim', AddressId: 'addresses/1' }));
    expect(await world.put(script, 'users/1')).toEqual(['delete users/1']);
  });

  it('case 19: unless the behaviour keeps what was only filtered out', async () => {
    const script =
      'function deleteDocumentsBehavior(id, coll, deleted) { return deleted } if (!this.Active) return; loadToUsers(this)';
    expect(await world.put(script, 'users/1')).toEqual([]);
    expect(await world.remove(script, 'users/1')).toEqual(['delete users/1']);
  });

  it('case 20: a filtered document is deleted even where nothing was ever sent for it', async () => {
    const script =
      'function deleteDocumentsBehavior(id, coll, deleted) { return !deleted } if (!this.Active) return; loadToUsers(this)';
    expect(await world.put(script, 'users/1')).toEqual(['delete users/1']);
    expect(await world.remove(script, 'users/1')).toEqual([]);
  });

  it('case 21: a script may return at its top level', async () => {
    const script = 'if (this.Age % 2 == 0) return; loadToUsers({})';
    expect(await world.put(script, 'users/2')).toEqual(['delete users/2']);
  });

  it('case 23: what was loaded is read as it is now; only the document’s own change sends it', async () => {
    const script = 'loadToUsers({A: load(this.AddressId).City})';
    expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"A":"Rome"}']);
    await world.write('addresses/1', '{"City":"Oslo","@metadata":{"@collection":"Addresses"}}');
    expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"A":"Oslo"}']);
  });

  it('case 24: a document that is not there loads as nothing', async () => {
    expect(
      await world.put('loadToUsers({A: load("addresses/nope"), B: load("addresses/nope").City})', 'users/1'),
    ).toEqual(['put users/1 Users {"A":null,"B":null}']);
  });
});
