import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { CaseWorld } from '../../testing/case-world.ts';

const user = (fields: object) => JSON.stringify({ ...fields, '@metadata': { '@collection': 'Users' } });

describeWithServers(['ravendb'], 'Deletions are as in RavenDB', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = new CaseWorld(testServers().ravendbUrl);
    await world.open({
      'users/1': user({ Name: 'Joe' }),
      'users/2': user({ Name: 'Jim' }),
      'LocalOnlyDeletions/users/1': '{"@metadata":{"@collection":"Markers"}}',
    });
  });
  afterAll(() => world.close());

  it('case 26: a deleted source deletes its copy', async () => {
    expect(await world.remove('loadToUsers(this)', 'users/1')).toEqual(['delete users/1']);
    expect(await world.remove(null, 'users/1')).toEqual(['delete users/1']);
  });

  it('case 27: of another collection everything below the id goes, and the id itself is left alone', async () => {
    expect(await world.remove('loadToPeople(this)', 'users/1')).toEqual(['delete users/1/people/*']);
  });

  it('case 28: the specific behaviour may keep the copy', async () => {
    const script = 'function deleteDocumentsOfUsersBehavior(docId) { return false } loadToUsers(this)';
    expect(await world.remove(script, 'users/1')).toEqual([]);
  });

  it('case 29: and what was made from it', async () => {
    const script = 'function deleteDocumentsOfUsersBehavior(docId) { return false } loadToPeople(this)';
    expect(await world.remove(script, 'users/1')).toEqual([]);
  });

  it.each(['', 'return', 'return null', 'return 1', 'return "true"', 'return {}', 'return undefined'])(
    'case 30: a behaviour that answers anything but true (%j) deletes nothing',
    async (body) => {
      const script = `function deleteDocumentsBehavior() { ${body} } loadToUsers(this)`;
      expect(await world.remove(script, 'users/1')).toEqual([]);
    },
  );

  it('case 31: the specific one is asked before the generic one', async () => {
    const both = (specific: boolean) =>
      `function deleteDocumentsOfUsersBehavior() { return ${specific} } function deleteDocumentsBehavior() { return ${!specific} } loadToUsers(this)`;
    expect(await world.remove(both(true), 'users/1')).toEqual(['delete users/1']);
    expect(await world.remove(both(false), 'users/1')).toEqual([]);
  });

  it.each([
    [
      'deleteDocumentsOfUsersBehavior(id, deleted) { return id === "users/1" && deleted === true }',
      true,
      false,
    ],
    [
      'deleteDocumentsOfUsersBehavior(id, deleted) { return id === "users/1" && deleted === false }',
      false,
      true,
    ],
    ['deleteDocumentsOfUsersBehavior(id) { return id === "users/1" }', true, true],
    ['deleteDocumentsBehavior(id, of, deleted) { return of === "Users" && deleted }', true, false],
    ['deleteDocumentsBehavior(id, of, deleted) { return of === "Users" && !deleted }', false, true],
    ['deleteDocumentsBehavior(id, of) { return of === "Users" }', true, true],
    ['deleteDocumentsBehavior(id) { return id === "users/1" }', true, true],
    ['deleteDocumentsBehavior() { return true }', true, true],
  ])('case 32: %s is asked with its arguments', async (behavior, whenDeleted, whenFiltered) => {
    const script = `function ${behavior} if (this.Nope) loadToUsers(this)`;
    expect(await world.remove(script, 'users/1')).toEqual(whenDeleted ? ['delete users/1'] : []);
    expect(await world.put(script, 'users/1')).toEqual(whenFiltered ? ['delete users/1'] : []);
  });

  it('case 33: where an update may not delete, RavenDB keeps every old copy; our numbers replace them', async () => {
    const script = 'function deleteDocumentsBehavior(id, c, deleted) { return deleted } loadToPeople({N:1})';
    const put = ['put users/1/people/0000000000000000001 People {"N":1}'];
    expect(await world.put(script, 'users/1')).toEqual(put);
    expect(await world.put(script, 'users/1')).toEqual(put);
    expect(await world.remove(script, 'users/1')).toEqual(['delete users/1/people/*']);
  });

  it('case 34: a behaviour may look for a marker', async () => {
    const script =
      "function deleteDocumentsBehavior(docId) { return !load('LocalOnlyDeletions/' + docId) } loadToUsers(this)";
    expect(await world.remove(script, 'users/1')).toEqual([]);
    expect(await world.remove(script, 'users/2')).toEqual(['delete users/2']);
  });

  it('case 35: a script of nothing but behaviours sends whole documents and filters deletions', async () => {
    const script = 'function deleteDocumentsBehavior() { return false }';
    expect(await world.put(script, 'users/1')).toEqual(['put users/1 Users {"Name":"Joe"}']);
    expect(await world.remove(script, 'users/1')).toEqual([]);
  });

  it('case 36: a generic behaviour written twice is refused', async () => {
    const script =
      'function deleteDocumentsBehavior() {} function deleteDocumentsBehavior() {} loadToUsers(this)';
    await expect(world.raven(script, 'users/1', 'Users')).rejects.toThrow(/just once/);
    await expect(world.ours(script, 'users/1')).rejects.toThrow(/already been declared/);
  });

  it('case 37: a behaviour for a collection that is not the script’s is refused', async () => {
    const script = 'function deleteDocumentsOfPeopleBehavior() { return true } loadToUsers(this)';
    await expect(world.raven(script, 'users/1', 'Users')).rejects.toThrow(/deleteDocumentsOfPeopleBehavior/);
    await expect(world.ours(script, 'users/1')).rejects.toThrow(/is never called.*line 1, column 1/);
  });

  it('case 38: of one document deletions come before puts', async () => {
    const sent = await world.put('loadToUsers({}); loadToPeople({}); loadToPets({})', 'users/1');
    expect(sent.map((command) => command.split(' ')[0])).toEqual(['delete', 'delete', 'put', 'put', 'put']);
  });
});
