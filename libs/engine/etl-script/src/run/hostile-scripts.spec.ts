import { afterAll, describe, expect, it } from '@jest/globals';
import { commandsOf, failureOf, fieldsOf, loadsNothing, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';

const impatient = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 300, memoryMiB: 20 });
// What is stopped for another reason than its time must not run out of time on a slow machine.
const pool = new ScriptPool({ maxWorkers: 1, documentTimeoutMs: 30_000, memoryMiB: 20 });
afterAll(() => Promise.all([impatient.close(), pool.close()]));
const bad = (script: string) => `if (this.bad) { ${script} } loadToUsers({ n: this.n })`;
const around = () => [user(1, { n: 1 }), user(2, { n: 2, bad: true }), user(3, { n: 3 })];

/** The document in the middle misbehaves. */
async function middleOf(script: string, runner = pool) {
  const [before, middle, after] = await runScript(runner, bad(script), around());
  expect([fieldsOf(before), fieldsOf(after)]).toEqual(['{"n":1}', '{"n":3}']);
  return middle;
}

describe('A hostile script', () => {
  it.each([
    ['an endless loop', 'while (true) {}', 'timeout'],
    [
      'an endless loop that catches everything',
      'while (true) try { while (true) {} } catch {} finally { continue }',
      'timeout',
    ],
    ['a regular expression that backtracks forever', '/(a+)+$/.test("a".repeat(50) + "b")', 'timeout'],
    ['a built-in that runs forever', 'Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1)', 'timeout'],
    [
      'an endless getter',
      'loadToUsers({ get a() { return 1 }, b: new Proxy({}, { ownKeys() { for (;;); } }) })',
      'timeout',
    ],
    ['an endless toString', 'throw { toString() { for (;;); }, toJSON() { for (;;); } }', 'timeout'],
    ['a memory bomb', 'const a = []; for (;;) a.push("x".repeat(1000) + a.length)', 'memory'],
    ['one huge string', 'let s = "x"; for (;;) s += s', /memory|thrown/],
    ['one huge allocation', 'new Uint8Array(2 ** 31 - 1); new ArrayBuffer(2 ** 40)', /memory|thrown/],
    ['deep recursion', 'function f() { return f() + 1 } f()', 'thrown'],
    ['deep recursion through built-ins', 'function f() { return [1].map(f) } f()', /thrown|crashed/],
    [
      'deep recursion in JSON',
      'let o = {}; for (let i = 0; i < 1e5; i++) o = { o }; JSON.stringify(o)',
      /thrown|crashed/,
    ],
    [
      'a deep object',
      'let o = {}; for (let i = 0; i < 1e4; i++) o = { o }; loadToUsers(o)',
      /thrown|crashed/,
    ],
    ['deep syntax', 'eval("[".repeat(1e5))', /thrown|crashed/],
    ['a deep regular expression', 'new RegExp("(".repeat(1e5) + ")".repeat(1e5))', /thrown|crashed/],
    [
      'an error whose parts throw',
      'throw { get message() { throw 1 }, get stack() { throw 2 }, toString() { throw 3 } }',
      'thrown',
    ],
    ['an error of a megabyte', 'throw new Error("x".repeat(1e6))', 'thrown'],
  ])('%s is set aside by name, and the rest of the batch goes on', async (_, script, kind) => {
    const { kind: found, reason } = failureOf(await middleOf(script, kind === 'timeout' ? impatient : pool));
    expect(found).toMatch(kind);
    expect(reason.length).toBeGreaterThan(0);
    expect(reason.length).toBeLessThanOrEqual(2000);
  });

  it.each([
    ['patches a built-in prototype', 'Array.prototype.map = () => [666]'],
    ['patches JSON', 'JSON.stringify = () => "{}"'],
    ['patches the language', 'globalThis.loadToUsers = () => {}'],
    ['leaves a global behind', 'globalThis.leak = 1'],
    ['adds to Object.prototype', 'Object.prototype.leak = 1'],
    ['adds to Object.prototype by __proto__', '({}).__proto__.leak = 1'],
    ['redefines a property', 'Object.defineProperty(Object.prototype, "leak", { value: 1 })'],
    ['replaces a prototype', 'Object.setPrototypeOf(Array.prototype, { leak: 1 })'],
    ['writes to a function', 'loadToUsers.leak = 1'],
    ['writes to a hidden built-in', '(function* () {}).constructor.prototype.leak = 1'],
  ])('that %s fails, and the next document sees clean built-ins', async (_, script) => {
    expect(failureOf(await middleOf(script)).kind).toBe('thrown');
    const seen =
      'loadToUsers({ a: [1].map(x => x), b: JSON.stringify([1]), c: typeof leak, d: "leak" in {}, e: typeof [].leak })';
    const [, next] = await runScript(pool, `if (this.bad) { ${script} } ${seen}`, [
      user(1, { bad: true }),
      user(2),
    ]);
    expect(fieldsOf(next)).toBe('{"a":[1],"b":"[1]","c":"undefined","d":false,"e":"undefined"}');
  });

  it('may still give its own objects the names of built-ins', async () => {
    const script =
      'const o = {}; o.toString = "x"; o.constructor = 1; class E extends Error { constructor() { super("m"); this.name = "E"; this.message = "n" } } loadToUsers({ o, e: String(new E()) })';
    expect(fieldsOf((await runScript(pool, script))[0])).toBe(
      '{"o":{"toString":"x","constructor":1},"e":"E: n"}',
    );
  });

  it('cannot keep anything between documents', async () => {
    const script = `
      const tag = (s) => s; const key = tag\`x\`; let seen = 0; seen++;
      Promise.resolve().then(() => { throw 1 });
      loadToUsers({ seen, base: typeof $etl_base, m: new Map([[1, 2]]).size, w: typeof WeakRef })`;
    const outputs = await runScript(pool, script, [user(1), user(2)]);
    expect(fieldsOf(outputs[0])).toBe(fieldsOf(outputs[1]));
  });

  it('sees nothing of the host', async () => {
    const names = [
      'process',
      'require',
      'module',
      'fetch',
      'Buffer',
      'setTimeout',
      'queueMicrotask',
      'WebAssembly',
      'std',
      'os',
      'Worker',
    ];
    const script = `loadToUsers({ found: ${JSON.stringify(names)}.filter(name => name in globalThis), f: (() => 1).constructor("return typeof process")() })`;
    expect(fieldsOf((await runScript(pool, script))[0])).toBe('{"found":[],"f":"undefined"}');
  });

  it('cannot load anywhere but where its text says, whatever it calls', async () => {
    const tricks = [
      'globalThis["loadTo"]("Zed", {})',
      'eval("loadTo")("Zed", {})',
      'loadTo(["Zed"], {})',
      'loadTo({ toString: () => "Zed" }, {})',
      'loadTo("__pro" + "to__", {})',
      'loadTo("to" + "String", {})',
    ];
    for (const trick of tricks) expect(failureOf(await middleOf(trick)).kind).toBe('invalid-output');
  });

  it('cannot choose ids, forge lines or send what is not an object', async () => {
    const script =
      'loadToPeople({ "@metadata": { "@id": "admins/1", "@change-vector": "x" }, Id: "\\nd\\n0{}", "@id": 1, t: "\\u2028\\ud800" })';
    expect(commandsOf((await runScript(pool, script))[0])).toEqual([
      { type: 'delete-prefix', prefix: 'users/1-A/people/' },
      {
        type: 'put',
        id: 'users/1-A/people/0000000000000000001',
        collection: 'People',
        fields: '{"Id":"\\nd\\n0{}","@id":1,"t":"\u2028\ufffd"}',
      },
    ]);
    for (const value of [
      'new Proxy({}, { get: () => 1n, ownKeys: () => ["a"], getOwnPropertyDescriptor: () => ({ value: 1n, configurable: true, enumerable: true }) })',
      'Symbol()',
      '() => 1',
      'null',
      '1',
    ]) {
      expect(failureOf(await middleOf(`loadToUsers(${value})`)).kind).toMatch(/invalid-output|thrown/);
    }
  });

  it('keeps __proto__ and other odd names as data', async () => {
    const text = '{"__proto__":{"x":1},"constructor":2,"toString":null,"hasOwnProperty":[]}';
    expect(
      fieldsOf((await runScript(pool, 'this.a = 1; delete this.a; loadToUsers(this)', [user(1, text)]))[0]),
    ).toBe(text);
    expect(
      fieldsOf((await runScript(pool, 'loadToUsers({ a: this.x, ...this })', [user(1, text)]))[0]),
    ).toContain('"__proto__":{"x":1}');
  });

  it('is ended with its thread where nothing else helps, and a new worker serves on', async () => {
    const real = new ScriptPool({ maxWorkers: 1 });
    const [output] = await runScript(
      real,
      'Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, 1); loadToUsers({})',
    );
    expect(failureOf(output).kind).toBe('timeout');
    expect((await runScript(real, 'loadToUsers({ a: 1 })'))[0]?.status).toBe('done');
    await real.close();
  });

  it('does not hold up the main thread', async () => {
    let ticks = 0;
    const ticking = setInterval(() => ticks++, 10);
    const runner = await impatient.open({
      name: 'test',
      collection: 'Users',
      script: 'while (true) {} loadToUsers({})',
    });
    await runner.transform([user(1)], loadsNothing);
    clearInterval(ticking);
    expect(ticks).toBeGreaterThan(5);
  });
});
