import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWithServers, testServers } from '@nestjs-spark/servers/testing';
import { CaseWorld } from '../../testing/case-world.ts';
import { failureOf, fieldsOf, runScript, user } from '../../testing/run-script.ts';
import { inspectScript } from '../validate/inspect-script.ts';
import { ScriptPool } from '../run/script-pool.ts';

describeWithServers(['ravendb'], 'Errors are each document’s own, as in RavenDB', () => {
  let world: CaseWorld;
  const pool = new ScriptPool({ maxWorkers: 1 });
  beforeAll(async () => {
    world = new CaseWorld(testServers().ravendbUrl);
    await world.open({ 'users/1': '{"Name":"Joe","@metadata":{"@collection":"Users"}}' });
  });
  afterAll(() => Promise.all([world.close(), pool.close()]));

  it('case 54: a document whose script throws is set aside with its reason and place, and the rest goes on', async () => {
    expect(await world.fails('throw new Error("no"); loadToUsers(this)', 'users/1')).toBe('no');
    const script = 'if (this.n === 2)\n  throw new RangeError("no");\nloadToUsers({ n: this.n })';
    const outputs = await runScript(
      pool,
      script,
      [1, 2, 3].map((n) => user(n, { n })),
    );
    expect([fieldsOf(outputs[0]), fieldsOf(outputs[2])]).toEqual(['{"n":1}', '{"n":3}']);
    expect(outputs[1]?.id).toBe('users/2-A');
    expect(failureOf(outputs[1])).toEqual({
      kind: 'thrown',
      script: 'test',
      line: 2,
      column: 23,
      reason: 'RangeError: no',
    });
  });

  it('case 55: however many documents fail, each is named and the batch goes on; RavenDB stops at a hundred', async () => {
    const inputs = Array.from({ length: 200 }, (_, i) => user(i, { n: i }));
    const outputs = await runScript(pool, 'if (this.n < 150) throw new Error("no"); loadToUsers({})', inputs);
    expect(outputs.filter(({ status }) => status === 'failed')).toHaveLength(150);
    expect(outputs.filter(({ status }) => status === 'done')).toHaveLength(50);
  });

  it('case 56: a script that cannot be parsed never gets that far: it is refused with line and column', async () => {
    expect(await world.raven('loadToUsers({', 'users/1', 'Users')).toContain('"Commands":[]');
    const [problem] = inspectScript({
      name: 'x',
      collection: 'Users',
      script: 'loadToUsers(\n  { a: })',
    }).problems;
    expect(problem).toEqual({ reason: expect.stringMatching(/^syntax error/), line: 2, column: 8 });
    await expect(pool.open({ name: 'HR/cars', collection: 'Cars', script: 'loadToCars(' })).rejects.toThrow(
      /HR\/cars/,
    );
  });
});
