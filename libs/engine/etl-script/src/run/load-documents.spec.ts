import { afterAll, describe, expect, it } from '@jest/globals';
import { failureOf, fieldsOf, loadsNothing, runScript, stored, user } from '../../testing/run-script.ts';
import type { DocumentLoader } from '../types.ts';
import { ScriptPool } from './script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());

function loader(documents: Record<string, string>): { load: DocumentLoader; asked: string[][] } {
  const asked: string[][] = [];
  const load: DocumentLoader = async (ids) => {
    asked.push(ids);
    return ids.map((id) => (id in documents ? stored(documents[id] ?? '') : null));
  };
  return { load, asked };
}

describe('load in a script', () => {
  it('reads only what the host gives, asks once for all documents of the batch, and finds nothing else', async () => {
    const { load, asked } = loader({ 'a/1': '{"City":"Rome","@metadata":{"@collection":"Addresses"}}' });
    const inputs = [user(1, { A: 'a/1' }), user(2, { A: 'a/2' }), user(3, { A: 'a/1' })];
    const outputs = await runScript(
      pool,
      'loadToUsers({ c: load(this.A).City, i: id(load(this.A)), m: getMetadata(load("a/1"))["@collection"] })',
      inputs,
      load,
    );
    expect(outputs.map(fieldsOf)).toEqual([
      '{"c":"Rome","i":"a/1","m":"Addresses"}',
      '{"c":null,"i":null,"m":"Addresses"}',
      '{"c":"Rome","i":"a/1","m":"Addresses"}',
    ]);
    expect(asked.map((ids) => ids.toSorted())).toEqual([['a/1', 'a/2']]);
  });

  it('knows a loaded document by the id that it was stored with, in whatever case it was asked for', async () => {
    const { load } = loader({ 'PEOPLE/1-a': '{"@metadata":{"@collection":"People","@id":"people/1-A"}}' });
    const [output] = await runScript(pool, 'loadToUsers({ i: id(load("PEOPLE/1-a")) })', [user(1)], load);
    expect(fieldsOf(output)).toBe('{"i":"people/1-A"}');
  });

  it('finds all loads of a loop in one round, even where the loop computes with what it loads', async () => {
    const products = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`p/${i}`, `{"Price":${i}}`]));
    const { load, asked } = loader(products);
    const script =
      'let sum = 0; for (const p of this.P) sum += load(p).Price * 2; loadToUsers({ sum, names: load(this.P).map(p => p.Price).length })';
    const [output] = await runScript(pool, script, [user(1, { P: Object.keys(products) })], load);
    expect(fieldsOf(output)).toBe('{"sum":1560,"names":40}');
    expect(asked).toHaveLength(1);
  });

  it('follows ids that loaded documents name, never asking for an id that is made of a guess', async () => {
    const { load, asked } = loader({ 'c/1': '{"Parent":"c/2"}', 'c/2': '{"Parent":null,"Name":"top"}' });
    const script =
      'let c = load(this.C); while (c.Parent) c = load(c.Parent); const x = load("x/" + c.Name); loadToUsers({ n: c.Name, x })';
    const [output] = await runScript(pool, script, [user(1, { C: 'c/1' })], load);
    expect(fieldsOf(output)).toBe('{"n":"top","x":null}');
    expect(asked).toEqual([['c/1'], ['c/2'], ['x/top']]);
  });

  it('gives up on an endless chain, for that document only', async () => {
    const load: DocumentLoader = async (ids) => ids.map((id) => stored({ Next: `${id}x` }));
    const script = 'if (this.A) { let d = load("a"); while (d) d = load(d.Next); } loadToUsers({ a: 1 })';
    const [endless, fine] = await runScript(pool, script, [user(1, { A: true }), user(2)], load);
    expect(failureOf(endless).reason).toMatch(/more than 16 deep/);
    expect(fine?.status).toBe('done');
  });

  it('gives a fresh copy at every call, keeps its numbers, and drops its version when it is nested', async () => {
    const { load } = loader({
      'a/1':
        '{"P":1.10,"@metadata":{"@collection":"A","@id":"a/1","@change-vector":"A:1","@last-modified":"x"}}',
    });
    const script =
      'const a = load("a/1"); a.Q = 1; loadToUsers({ q: load("a/1").Q, a: load("a/1") }); loadToPeople(load("a/1"))';
    const [output] = await runScript(pool, script, [user(1)], load);
    expect(fieldsOf(output)).toBe('{"q":null,"a":{"P":1.10,"@metadata":{"@collection":"A","@id":"a/1"}}}');
  });

  it.each(['null', 'undefined', '""', 'this.Nope', '"__proto__"', '"toString"', '"constructor"'])(
    'of %s finds nothing',
    async (id) => {
      const [output] = await runScript(pool, `loadToUsers({ a: load(${id}) })`);
      expect(fieldsOf(output)).toBe('{"a":null}');
    },
  );

  it.each(['5', '{}', '[5]', '[null]', '[this.Nope]'])('refuses %s, which is not an id', async (id) => {
    const [output] = await runScript(pool, `loadToUsers({ a: load(${id}) })`);
    expect(failureOf(output).reason).toMatch(/single string or array/);
  });

  it('rejects the batch with the loader’s own error, and the runner goes on', async () => {
    const failing: DocumentLoader = () => Promise.reject(new Error('the database is away'));
    await expect(runScript(pool, 'loadToUsers({ a: load("a") })', [user(1)], failing)).rejects.toThrow(
      'the database is away',
    );
    expect((await runScript(pool, 'loadToUsers({ a: load("a") })', [user(1)], loadsNothing))[0]?.status).toBe(
      'done',
    );
  });
});
