import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../testing/canonical-json.ts';
import { commandsOf, failureOf, fieldsOf, loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const run = async (script: string, fields: object | string = {}) =>
  (await runScript(pool, script, [user(1, fields)]))[0];

describe('A script in the sandbox', () => {
  it('loads into its own collection under the same id, with its own metadata only', async () => {
    const document =
      '{"A":1.10,"@metadata":{"@collection":"Users","@id":"users/1-A","@change-vector":"A:1","Custom":"v"}}';
    expect(commandsOf(await run('this.B = 2; loadToUsers(this)', document))).toEqual([
      {
        type: 'put',
        id: 'users/1-A',
        collection: 'Users',
        fields: '{"A":1.10,"B":2}',
        metadata: '{"Custom":"v"}',
      },
    ]);
  });

  it('passes a document unchanged, text and all, without a script and with one that only filters', async () => {
    const document =
      '{ "b": 1.10, "2": 9007199254740993, "1": -0, "a": "\\u0041", "@metadata": {"@collection":"Users"} }';
    const untouched = '{"b": 1.10,"2": 9007199254740993,"1": -0,"a": "\\u0041"}';
    expect(fieldsOf(await run('', document))).toBe(untouched);
    expect(fieldsOf(await run('if (this.b > 1) loadToUsers(this)', document))).toBe(untouched);
  });

  it('gives any document back as it was when it is loaded whole', async () => {
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.stringMatching(/^-?(0|[1-9]\d{0,18})(\.\d{1,8})?$/).map((text) => ({ raw: text })),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 5 }).map((object) => ({ object })),
      ),
    })).value;
    const documents = fc
      .sample(
        fc.dictionary(
          fc.string().filter((key) => key !== '@metadata'),
          value,
          { maxKeys: 6 },
        ),
        300,
      )
      .map((object) => written({ object }));
    const outputs = await runScript(
      pool,
      'this.ADDED = 1; delete this.ADDED; loadToUsers(this)',
      documents.map((text, i) => user(i, text)),
    );
    outputs.forEach((output, i) =>
      expect(canonicalJson(fieldsOf(output))).toBe(canonicalJson(documents[i] ?? '')),
    );
  });

  it('gives loads into another collection ids that do not change, after deleting what was there', async () => {
    const script =
      'for (const line of this.Lines) loadToOrderLines({ n: line }); loadToUsers({ sum: this.Lines.length })';
    const once = commandsOf(await run(script, { Lines: [1, 2] }));
    expect(once).toEqual([
      { type: 'delete-prefix', prefix: 'users/1-A/OrderLines/' },
      {
        type: 'put',
        id: 'users/1-A/OrderLines/0000000000000000001',
        collection: 'OrderLines',
        fields: '{"n":1}',
      },
      {
        type: 'put',
        id: 'users/1-A/OrderLines/0000000000000000002',
        collection: 'OrderLines',
        fields: '{"n":2}',
      },
      { type: 'put', id: 'users/1-A', collection: 'Users', fields: '{"sum":2}' },
    ]);
    expect(commandsOf(await run(script, { Lines: [1, 2] }))).toEqual(once);
  });

  it('deletes a document that the script left out', async () => {
    expect(commandsOf(await run('if (!this.Active) return; loadToUsers(this)', { Active: false }))).toEqual([
      { type: 'delete', id: 'users/1-A' },
    ]);
  });

  it('reads through null as RavenDB does', async () => {
    const script = `loadToUsers({ a: this.No.b.c, b: this.N.x, c: this.No.length, d: this.No.map(x => x), e: this.No.reduce((a, b) => a, 5),
      f: typeof nowhere, g: nowhere.x, h: [].reduce((a, b) => a), i: this.No === undefined, j: this.No.x === null, k: this.N.f(), l: this.No.x + 1 })`;
    expect(JSON.parse(fieldsOf(await run(script, { N: null })))).toEqual({
      a: null,
      b: null,
      c: 0,
      d: [],
      e: 5,
      f: 'undefined',
      g: null,
      h: null,
      i: true,
      j: true,
      k: null,
      l: 1,
    });
  });

  it('takes the value of a call of nothing for undefined, and all that follows it, as RavenDB does', async () => {
    const script = `loadToUsers({ a: [typeof this.No.trim(), typeof this.N.trim(), typeof this.E.trim(), typeof [].nope()],
      b: \`\${this.No.trim().length} \${this.N.x.y().z} \${this.E.split(',').map(x => x)}\`, c: this.No.trim() === undefined,
      d: [this.No.length, this.No.map(x => x).length, this.E.pop().length, this.E.length, this.E.join(), this.E["at"](0)?.x],
      e: this.No.trim()?.length ?? 'none', f: this.T.trim().length, g: this.No.reduceRight((a, b) => a, 7) })`;
    expect(JSON.parse(fieldsOf(await run(script, { N: null, E: [], T: '' })))).toEqual({
      a: ['undefined', 'undefined', 'undefined', 'undefined'],
      b: 'undefined undefined undefined',
      c: true,
      d: [0, 0, 0, 0, '', null],
      e: 'none',
      f: 0,
      g: 7,
    });
    const [failed] = await runScript(pool, 'loadToUsers({ a: this.L.nope() })', [user(1, { L: [1] })]);
    expect(failureOf(failed).reason).toMatch(/this\.L\.nope is not a function/);
  });

  it('takes what is missing for an empty list where a method of lists is called, as RavenDB does', async () => {
    const script = `const n = this.No; loadToUsers({ a: [n.slice(1), n.splice(0), n.sort(), n.flat(), n.flatMap(x => x), n.toSorted(), n.toReversed(), n.with(0, 1), n.map(x => x).sort()],
      b: [n.indexOf('a'), n.lastIndexOf('a'), n.findIndex(x => x), this.No.indexOf('@') > -1],
      c: [typeof n.find(x => x), typeof n.join(), typeof n.at(0), typeof n.pop(), typeof n.forEach(x => x), typeof this.N.slice(1), typeof this.N.indexOf(1)] })`;
    const { a, b, c } = JSON.parse(fieldsOf(await run(script, { N: null }))) as Record<string, unknown[]>;
    expect(a).toEqual(Array.from({ length: 9 }, () => []));
    expect(b).toEqual([-1, -1, -1, false]);
    expect(new Set(c)).toEqual(new Set(['undefined']));
  });

  it('ends an optional chain as a whole where it meets nothing, and reads null where a plain member is missing', async () => {
    const script = `const rows = [this.O, null, { b: { c: 7 } }, undefined];
      loadToUsers({ a: rows.map(x => typeof x?.b.c), b: rows.map(x => x?.b.c),
        c: [typeof this.No?.x().y.z, typeof this.No?.[0].x, typeof this.No?.map(x => x).length, typeof this.N?.x.y],
        d: [typeof this.O?.no.c, typeof this.O?.no?.c.d, typeof (this.No?.b).c], e: this.No?.b.c ?? 'none', f: this.O?.d?.e.f })`;
    expect(JSON.parse(fieldsOf(await run(script, { N: null, O: { d: { e: { f: 1 } } } })))).toEqual({
      a: ['object', 'undefined', 'number', 'undefined'],
      b: [null, null, 7, null],
      c: ['undefined', 'undefined', 'undefined', 'undefined'],
      d: ['object', 'undefined', 'object'],
      e: 'none',
      f: 1,
    });
  });

  it('reads through this where a function is called by its name alone, as RavenDB does', async () => {
    const script = `function f() { return [typeof this.Lines, this.Lines.length, typeof this.g(), typeof this?.x] }
      const g = function () { return (() => this.x)() }, o = { x: 1, g, h() { return this.x } };
      class C { x = 3; m() { return this.x } }
      loadToUsers({ a: f(), b: [g(), o.g(), o.h(), new C().m(), g.call({ x: 2 })] })`;
    expect(JSON.parse(fieldsOf(await run(script)))).toEqual({
      a: ['object', null, 'undefined', 'undefined'],
      b: [null, 1, 1, 3, 2],
    });
    const [failed] = await runScript(pool, 'function f() { this.x = 1 } f(); loadToUsers({})');
    expect(failureOf(failed).reason).toMatch(/TypeError/);
  });

  it('takes null and undefined where RavenDB’s functions do, and nothing else', async () => {
    const script = `loadToUsers({ a: [id(null), typeof id(this.No)], b: [lastModified(null), typeof lastModified({})],
      c: [load(null), typeof load(this.No), typeof load('')] })`;
    expect(fieldsOf(await run(script))).toBe(
      '{"a":[null,"undefined"],"b":[null,"undefined"],"c":[null,"undefined","undefined"]}',
    );
    for (const call of ['startsWith(this.No, "u")', 'endsWith("x", null)', 'load([null])', 'id("x")']) {
      const [failed] = await runScript(pool, `loadToUsers({ a: ${call} })`);
      expect([call, failureOf(failed).reason]).toEqual([
        call,
        expect.stringContaining('must be called with'),
      ]);
    }
  });

  it('writes values that JSON does not have as RavenDB does', async () => {
    const script = `class P { constructor() { this.x = 1 } }
      loadToUsers({ u: undefined, f() {}, n: NaN, i: -Infinity, d: new Date(0), l: [undefined, , 1], p: new P(), m: new Map(), j: { toJSON() { return 5 } }, get g() { return 1 } })`;
    expect(JSON.parse(fieldsOf(await run(script)))).toEqual({
      u: null,
      f: null,
      n: 'NaN',
      i: '-Infinity',
      d: '1970-01-01T00:00:00.0000000Z',
      l: [null, 1],
      p: { x: 1 },
      m: {},
      j: { toJSON: null },
      g: null,
    });
  });

  it('passes numbers on as written and computes as JavaScript does', async () => {
    const script = 'loadToUsers({ B: this.Big, P: this.Price, L: this.Lines, S: this.Price * 2 })';
    expect(fieldsOf(await run(script, '{"Big":9007199254740993,"Price":1.10,"Lines":[{"P":2.50}]}'))).toBe(
      '{"B":9007199254740993,"P":1.10,"L":[{"P":2.50}],"S":2.2}',
    );
  });

  it('gives the same result for the same document: the clock is its last change, chance comes from its id', async () => {
    const script =
      'loadToUsers({ now: Date.now(), text: Date(), d: new Date().toISOString(), zone: new Date().getTimezoneOffset(), r: [Math.random(), Math.random()] })';
    const [first, again, other] = await runScript(pool, script, [user(1), user(1), user(2)]);
    expect(fieldsOf(first)).toBe(fieldsOf(again));
    expect(JSON.parse(fieldsOf(first))).toMatchObject({ d: '2026-01-02T03:04:05.678Z', zone: 0 });
    expect((JSON.parse(fieldsOf(first)) as { r: number[] }).r).not.toEqual(
      (JSON.parse(fieldsOf(other)) as { r: number[] }).r,
    );
  });

  it('knows id, metadata and last change of the document', async () => {
    const script = `const m = this['@metadata']; loadToUsers({ a: id(this), b: getMetadata(this) === m, c: m['@collection'], d: lastModified(this), e: id({}) })`;
    expect(JSON.parse(fieldsOf(await run(script)))).toEqual({
      a: 'users/1-A',
      b: true,
      c: 'Users',
      d: 17673230456789012 / 10_000,
      e: null,
    });
  });

  it('asks the delete behaviours of the script, the specific one first, and takes anything but true as no', async () => {
    const open = (script: string) => pool.open({ name: 'test', collection: 'Users', script });
    const deleted = async (script: string) =>
      commandsOf(
        (
          await (
            await open(script)
          ).transformDeleted([{ id: 'users/1-a', collection: 'Users' }], loadsNothing)
        )[0],
      );
    const kept = 'const keep = 1; function deleteDocumentsOfUsersBehavior(id, deleted) { return keep !== 1 }';
    expect(await deleted('loadToUsers(this); loadToPeople({})')).toHaveLength(2);
    expect(
      await deleted(`${kept} function deleteDocumentsBehavior() { return true } loadToUsers(this)`),
    ).toEqual([]);
    expect(
      await deleted(
        'function deleteDocumentsBehavior(id, c, deleted) { return id === "users/1-a" && c === "Users" && deleted } loadToUsers(this)',
      ),
    ).toHaveLength(1);
    expect(await deleted('function deleteDocumentsBehavior() { return 1 } loadToUsers(this)')).toEqual([]);
    expect(
      commandsOf(
        await run(
          'function deleteDocumentsBehavior(id, c, deleted) { return deleted } if (this.A) loadToUsers(this)',
        ),
      ),
    ).toEqual([]);
    expect(await deleted('function deleteDocumentsBehavior() { return false }')).toEqual([]);
    expect(fieldsOf(await run('function deleteDocumentsBehavior() { return false }', { A: 1 }))).toBe(
      '{"A":1}',
    );
  });

  it('lets a delete behaviour use what the script made at its top level without a document', async () => {
    const script = `const ids = ['users/1-a'], kept = new Set(ids), ends = [/-z$/].map(x => x); const who = this.Boss.Name;
      function deleteDocumentsBehavior(id) { return kept.has(id) && !ends[0].test(id) } loadToUsers({ who })`;
    const runner = await pool.open({ name: 'test', collection: 'Users', script });
    const outputs = await runner.transformDeleted(
      ['users/1-a', 'users/2-a'].map((id) => ({ id, collection: 'Users' })),
      loadsNothing,
    );
    runner.close();
    expect(outputs.map(commandsOf)).toEqual([[{ type: 'delete', id: 'users/1-a' }], []]);
  });

  it.each([
    ['\n  throw new RangeError("boom")', 2, 'RangeError: boom'],
    ['\nthis.A.b.c.d();\n\n  this.A.Name.go(1)', 4, 'TypeError: this.A.Name.go is not a function'],
    ['throw { a: 1 }', null, 'thrown: {"a":1}'],
    ['throw null', null, 'thrown: null'],
    ['loadToUsers("x")', 1, 'loadToUsers(obj) argument must be an object'],
    ['loadToUsers({}, 1)', 1, 'loadToUsers(obj) must be called with exactly 1 parameter'],
    [
      'loadToUsers(this); loadToPeople(this)',
      1,
      'loadToPeople: this object was loaded before; load a copy, for instance {...this}',
    ],
    ['loadToUsers({ a: 1n })', 1, 'a bigint is not a JSON value'],
    ['const o = {}; o.get = o; loadToUsers(o)', 1, 'an object contains itself'],
    ['const o = {}; o.a = { o }; loadToUsers({ o })', 1, 'an object contains itself'],
    ['loadToUsers({ d: new Date("x") })', 1, 'an invalid Date is not a JSON value'],
    [
      'loadToUsers({ d: new Date(253402300800000) })',
      1,
      'a Date outside the years 1 to 9999 is not a JSON value',
    ],
    [
      'loadToUsers({ a: this.A, "@metadata": "x" })',
      null,
      "the loaded document's @metadata is not an object",
    ],
    [
      'const n = "Zed"; loadTo(n, {}); loadToUsers({})',
      1,
      'loadTo: the target is not one of those in the script: Users',
    ],
    [
      'eval("load" + "To(\'Zed\', {})"); loadToUsers({})',
      1,
      'loadTo: the target is not one of those in the script: Users',
    ],
  ])('names line and reason when %j fails, and sends nothing', async (script, line, reason) => {
    const output = await run(script.includes('loadTo') ? script : `${script}\nloadToUsers({})`, {
      A: { Name: 'x' },
    });
    expect(failureOf(output)).toMatchObject({ script: 'test', line, reason });
  });

  it('goes on after a document that failed', async () => {
    const inputs = [1, 2, 3].map((n) => user(n, { n }));
    const outputs = await runScript(
      pool,
      'if (this.n === 2) throw new Error("no"); loadToUsers({ n: this.n })',
      inputs,
    );
    expect(outputs.map(({ status }) => status)).toEqual(['done', 'failed', 'done']);
  });

  it('takes batches of any size, documents of megabytes and deep ones', async () => {
    const inputs = Array.from({ length: 1500 }, (_, i) => user(i, { n: i, text: 'ä€😀'.repeat(i % 50) }));
    const outputs = await runScript(pool, 'loadToUsers({ n: this.n, text: this.text })', inputs);
    expect(outputs.map((output) => (JSON.parse(fieldsOf(output)) as { n: number }).n)).toEqual(
      inputs.map((_, i) => i),
    );
    expect(fieldsOf(await run('this.x = 1; loadToUsers(this)', { big: 'x'.repeat(2_000_000) }))).toHaveLength(
      2_000_016,
    );
    const deep = `${'{"a":'.repeat(60)}1${'}'.repeat(60)}`;
    expect(fieldsOf(await run('loadToUsers({ deep: this.a })', deep))).toBe(`{"deep":${deep.slice(5, -1)}}`);
    expect(await runScript(pool, 'loadToUsers(this)', [])).toEqual([]);
  });

  it('is refused at opening when it has problems', async () => {
    await expect(pool.open({ name: 'HR/cars', collection: 'Cars', script: 'loadToCars(' })).rejects.toThrow(
      /'HR\/cars' was refused: syntax error/,
    );
  });
});

function written(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(written).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if ('raw' in value) return String(value.raw);
  const object = 'object' in value ? (value.object as object) : {};
  return `{${Object.entries(object)
    .map(([key, item]) => `${JSON.stringify(key)}:${written(item)}`)
    .join(',')}}`;
}
