import { describe, expect, it } from '@jest/globals';
import { runInNewContext } from 'node:vm';
import { compileScript, ScriptRefusedError } from './compile-script.ts';
import { insertAll, originalColumn } from './edit-text.ts';

/** Runs a compiled program without a sandbox, with the plainest stand-ins. */
function evaluate(script: string, document: object): unknown {
  const loads: unknown[] = [];
  const names = {
    loadToX: (value: unknown) => loads.push(value),
    $etl_read: () => ({}),
    $etl_call: () => ({ f: () => 'none' }),
  };
  const main = runInNewContext(
    compileScript({ name: 'test', collection: 'Users', script }).program,
    names,
  ) as () => void;
  main.call(document);
  return JSON.parse(JSON.stringify(loads));
}

describe('Compiling a script', () => {
  it('reads through null wherever something is read, and keeps what is written', () => {
    const script =
      'const a = this.A\nlet o = { b: {} }\no.b.c = a.b.c.d\no.b.n = 0\no.b.n++\n;[o.b.x] = [1]\nloadToX({ o, f: a.q.f(), z: (a || null).z, k: o["b"]?.n })';
    expect(evaluate(script, {})).toEqual([{ o: { b: { n: 1, x: 1 } }, f: 'none', k: 1 }]);
  });

  it('leaves a script without semicolons what it was', () => {
    expect(
      evaluate(
        'let x = 1\nlet o = { p: { q: 2 } }\nx\no.p.q = 3\no.p\nif (x)\n  o.p.r = 4\nelse o.p.r = 5\nloadToX(o)',
        {},
      ),
    ).toEqual([{ p: { q: 3, r: 4 } }]);
  });

  it('finds the user’s own column again after its insertions', () => {
    const { text, shifts } = insertAll('ab\ncdef', [
      { at: 4, text: 'XX' },
      { at: 5, text: 'Y' },
      { at: 0, text: 'ZZZ' },
    ]);
    expect(text).toBe('ZZZab\ncXXdYef');
    expect([0, 3, 4].map((column) => originalColumn(shifts, 0, column))).toEqual([0, 0, 1]);
    expect([0, 1, 3, 4, 5, 6].map((column) => originalColumn(shifts, 1, column))).toEqual([0, 1, 1, 2, 2, 3]);
  });

  it('refuses a script with problems, naming it and every place', () => {
    const open = () =>
      compileScript({ name: 'HR/cars', collection: 'Cars', script: 'nope(1)\nloadToCars({ a: no2() })' });
    expect(open).toThrow(ScriptRefusedError);
    expect(open).toThrow(/HR\/cars.*unknown function .*line [12], column/s);
  });

  it('sends a document as stored only where nothing can have changed it', () => {
    const alone = (script: string) =>
      compileScript({ name: 'test', collection: 'Users', script }).leavesAlone;
    expect(alone('if (!this.Active || this.Name.startsWith("x")) return; loadToUsers(this)')).toBe(true);
    for (const change of [
      'this.A = 1',
      'this.A.B++',
      'delete this.A',
      'this.L.sort()',
      'Object.assign(this, {})',
      '[this.A] = [1]',
    ]) {
      expect([change, alone(`${change}; loadToUsers(this)`)]).toEqual([change, false]);
    }
    for (const change of [
      'const { A } = this; A.x = 1',
      'Object["as" + "sign"](this, {})',
      'const p = [].push; p.call(this.L, 1)',
      '({ a: this.A } = { a: 1 })',
      'for (this.A of [1]);',
    ]) {
      expect([change, alone(`${change}; loadToUsers(this)`)]).toEqual([change, false]);
    }
  });
});
