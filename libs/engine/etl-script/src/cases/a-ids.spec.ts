import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { CaseWorld } from '../../testing/case-world.ts';

const FIRST = '0000000000000000001';
const SECOND = '0000000000000000002';

describeWithServers(['ravendb'], 'Ids, collections and metadata are as in RavenDB', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = new CaseWorld(testServers().ravendbUrl);
    await world.open({
      'users/1': '{"Name":"Joe","@metadata":{"@collection":"Users"}}',
      'users/1-A': '{"Name":"Ann","AddressId":"addresses/1","@metadata":{"@collection":"Users","Key":"v"}}',
      'people/1': '{"Name":"Jim","@metadata":{"@collection":"People"}}',
      'addresses/1': '{"City":"Rome","@metadata":{"@collection":"Addresses"}}',
      'orders/1-A': '{"Lines":[{"N":1,"P":2.50},{"N":2,"P":4}],"@metadata":{"@collection":"Orders"}}',
    });
  });
  afterAll(() => world.close());

  it.each([null, '', ' \n'])(
    'case 1: without a script (%j) the document arrives as it is',
    async (script) => {
      expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"Name":"Joe"}']);
    },
  );

  it('case 2: loaded into its own collection it keeps its id', async () => {
    expect(await world.put("this.Name='X'; loadToUsers(this)", 'users/1')).toEqual([
      'put users/1 Users {"Name":"X"}',
    ]);
  });

  it('case 3: a collection spelled in another way is the same one, and the spelling of the target arrives', async () => {
    expect(await world.put('loadTousers({N:this.Name})', 'users/1')).toEqual([
      'put users/1 users {"N":"Joe"}',
    ]);
    expect(await world.put('loadToUsers({N:this.Name})', 'users/1', 'users')).toEqual([
      'put users/1 Users {"N":"Joe"}',
    ]);
  });

  it('case 4: for all documents RavenDB looks at the case; our scripts have a collection and never do', async () => {
    const idsOf = (answer: string) => [...answer.matchAll(/"Id":"([^"]*)"/g)].map(([, id]) => id);
    expect(idsOf(await world.raven('loadToUsers(this)', 'users/1', [], true))).toEqual(['users/1']);
    expect(idsOf(await world.raven('loadTousers(this)', 'users/1', [], true))).toEqual(
      expect.arrayContaining(['users/1/users/']),
    );
    expect(await world.ours('loadTousers(this)', 'users/1')).toMatchObject([{ id: 'users/1' }]);
  });

  it('case 5: another collection gets an id below its own, the same one at every update', async () => {
    const put = [`delete users/1-A/people/*`, `put users/1-A/people/${FIRST} People {"N":"Ann"}`];
    expect(await world.put('loadToPeople({N:this.Name})', 'users/1-A')).toEqual(put);
    expect(await world.put('loadToPeople({N:this.Name})', 'users/1-A')).toEqual(put);
  });

  it.each([
    ['OrderLines', 'OrderLines'],
    ['Lines', 'lines'],
    ['pEople', 'people'],
    ['ABC', 'ABC'],
    ['ÄbC', 'ÄbC'],
    ['Ä', 'ä'],
    ['_x1', '_x1'],
  ])(
    'case 6: the prefix of %s is %s: small letters where there is at most one capital',
    async (name, prefix) => {
      expect(await world.put(`loadTo${name}({})`, 'orders/1-A', 'Orders')).toEqual([
        `delete orders/1-A/${prefix}/*`,
        `put orders/1-A/${prefix}/${FIRST} ${name} {}`,
      ]);
    },
  );

  it('case 7: another collection’s name stands over what the script writes', async () => {
    expect(await world.put("loadToPeople({'@metadata':{'@collection':'Zed',k:1},N:1})", 'users/1')).toEqual([
      'delete users/1/people/*',
      `put users/1/people/${FIRST} People {"N":1} {"k":1}`,
    ]);
  });

  it('case 8: in its own collection the script’s word stands', async () => {
    expect(await world.put("loadToUsers({'@metadata':{'@collection':'Zed'},N:1})", 'users/1')).toEqual([
      'put users/1 Zed {"N":1}',
    ]);
  });

  it('case 9: the collection is filled in', async () => {
    expect(await world.put('loadToUsers({N:1})', 'users/1')).toEqual(['put users/1 Users {"N":1}']);
  });

  it('case 10: metadata can be read, and one’s own travels along', async () => {
    const script = "this.Name=this['@metadata']['Key']; loadToUsers(this)";
    expect(await world.put(script, 'users/1-A')).toEqual([
      'put users/1-A Users {"Name":"v","AddressId":"addresses/1"} {"Key":"v"}',
    ]);
    expect(await world.put('loadToUsers({K:getMetadata(this).Key})', 'users/1-A')).toEqual([
      'put users/1-A Users {"K":"v"}',
    ]);
  });

  it('case 11: the target may be written as a literal, with dots, and as nothing else', async () => {
    const loaded = ['put users/1 Users {"Name":"Joe"}'];
    expect(await world.put("loadTo('Users', this)", 'users/1')).toEqual(loaded);
    expect(await world.put('loadTo("Users" , this)', 'users/1')).toEqual(loaded);
    expect(await world.put('loadTo("Us.é.1", {})', 'users/1')).toEqual([
      'delete users/1/us.é.1/*',
      `put users/1/us.é.1/${FIRST} Us.é.1 {}`,
    ]);
    for (const call of [
      'loadTo("Us-ers", this)',
      'loadTo(`Users`, this)',
      'loadTo( "Users", this)',
      'loadTo ("Users", this)',
    ]) {
      await expect(world.raven(call, 'users/1', 'Users')).rejects.toThrow(/No `loadTo/);
      await expect(world.ours(call, 'users/1')).rejects.toThrow(/no loadTo<CollectionName>/);
    }
  });

  it('case 12: a blank before the parenthesis is accepted', async () => {
    expect(await world.put('loadToUsers (this)', 'users/1')).toEqual(['put users/1 Users {"Name":"Joe"}']);
  });

  it('case 13: a script knows its document’s id', async () => {
    expect(await world.put('this.Id=id(this); loadToUsers(this)', 'users/1')).toEqual([
      'put users/1 Users {"Name":"Joe","Id":"users/1"}',
    ]);
  });

  it('case 14: three targets give three documents, and a deletion takes all of them', async () => {
    const script = 'loadToUsers(this); loadToPeople({N:this.Name}); loadToAddresses(load(this.AddressId))';
    expect(await world.put(script, 'users/1-A')).toEqual([
      'delete users/1-A/people/*',
      'delete users/1-A/addresses/*',
      'put users/1-A Users {"Name":"Ann","AddressId":"addresses/1"} {"Key":"v"}',
      `put users/1-A/people/${FIRST} People {"N":"Ann"}`,
      `put users/1-A/addresses/${FIRST} Addresses {"City":"Rome"}`,
    ]);
    expect(await world.remove(script, 'users/1-A')).toEqual([
      'delete users/1-a',
      'delete users/1-a/people/*',
      'delete users/1-a/addresses/*',
    ]);
  });

  it('case 15: a loop gives one document for each turn, next to the sum', async () => {
    const script =
      'let sum = 0; for (const line of this.Lines) { sum += line.N * line.P; loadToOrderLines({N:line.N}) } loadToOrders({sum})';
    expect(await world.put(script, 'orders/1-A', 'Orders')).toEqual([
      'delete orders/1-A/OrderLines/*',
      `put orders/1-A/OrderLines/${FIRST} OrderLines {"N":1}`,
      `put orders/1-A/OrderLines/${SECOND} OrderLines {"N":2}`,
      'put orders/1-A Orders {"sum":10.5}',
    ]);
  });

  it('case 16: one script for two collections keeps the id of one and makes it for the other', async () => {
    const script = 'loadToUsers({Name:this.Name})';
    expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"Name":"Joe"}']);
    expect(await world.put(script, 'people/1')).toEqual([
      'delete people/1/users/*',
      `put people/1/users/${FIRST} Users {"Name":"Jim"}`,
    ]);
  });
});
