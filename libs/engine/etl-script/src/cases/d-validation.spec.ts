import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { CaseWorld } from '../../testing/case-world.ts';

describeWithServers(['ravendb'], 'What may be deployed is as in RavenDB', () => {
  let world: CaseWorld;
  beforeAll(async () => {
    world = new CaseWorld(testServers().ravendbUrl);
    await world.open({ 'users/1': '{"Name":"Joe","@metadata":{"@collection":"Users"}}' });
  });
  afterAll(() => world.close());

  it.each(['var x = 1', 'load("x")', 'loadTo', '// nothing'])(
    'case 44: a script without a target (%j) is refused, with its place',
    async (script) => {
      await expect(world.raven(script, 'users/1', 'Users')).rejects.toThrow(
        /No `loadTo<CollectionName>\(\)`/,
      );
      await expect(world.ours(script, 'users/1')).rejects.toThrow(
        /no loadTo<CollectionName>\(\).*\(line 1, column 1\)/,
      );
    },
  );

  it('case 47: the words of RavenDB 3 are refused with a hint', async () => {
    await expect(world.raven('replicateToUsers(this)', 'users/1', 'Users')).rejects.toThrow(/replicateTo/);
    await expect(world.ours('\n replicateToUsers(this)', 'users/1')).rejects.toThrow(
      /write loadToUsers \(line 2, column 2\)/,
    );
  });

  it.each(['// loadToGhosts(this)\nloadToUsers({})', 'const s = "loadToGhosts("; loadToUsers({})'])(
    'case 49: a target in a comment or a text counts: it is deleted at every update (%j)',
    async (script) => {
      expect(await world.put(script, 'users/1')).toEqual(['delete users/1/ghosts/*', 'put users/1 Users {}']);
    },
  );

  it.each(['"x"', '5', 'null', 'undefined', 'true', 'NaN', ''])(
    'case 50: loading %j, which is not an object, fails for that document only',
    async (value) => {
      expect(await world.fails(`loadToUsers(${value})`, 'users/1')).toMatch(/argument must be an object/);
    },
  );
});
