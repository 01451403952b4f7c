import { afterAll, describe, expect, it } from '@jest/globals';
import { ScriptPool } from './script-pool.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('what is not a document', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  const scripts = [
    'loadToCars({ A: this.A });',
    'if (this.Hidden) return; loadToCars({ A: this.A });',
    'loadToCars(this);',
  ];
  const texts = [
    '[1,2]',
    '[]',
    '"x"',
    '1',
    'null',
    'true',
    '',
    '  ',
    '{',
    '}',
    'nope',
    '\ufeff{"A":1}',
    '{"A":1',
    'x{"A":1}',
  ];

  it.each(scripts)(
    'is set aside without a worker being lost, and its neighbours are copied: %s',
    async (script) => {
      const runner = await pool.open({ name: 'HR/cars', collection: 'Cars', script });
      const input = (id: string, text: string) => ({ id, collection: 'Cars', document: encode(text) });
      const documents = texts.flatMap((text, n) => [
        input(`bad/${n}`, text),
        input(`cars/${n}`, ' {"A":1}\n'),
      ]);
      const outputs = await runner.transform(documents, async (ids) => ids.map(() => null));
      runner.close();
      const failed = outputs.filter(({ status }) => status === 'failed');
      expect(failed.map(({ id }) => id)).toEqual(texts.map((_, n) => `bad/${n}`));
      for (const output of failed) {
        expect(output).toMatchObject({
          failure: { kind: 'thrown', reason: 'the document is not a JSON object' },
        });
      }
      expect(outputs.filter(({ status }) => status === 'done')).toHaveLength(texts.length);
    },
  );
});

describe('a variable that is assigned and not declared', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  const reasonOf = async (script: string): Promise<string> => {
    const runner = await pool.open({ name: 'HR/cars', collection: 'Cars', script });
    const [output] = await runner.transform(
      [{ id: 'cars/1', collection: 'Cars', document: encode('{"A":1}') }],
      async (ids) => ids.map(() => null),
    );
    runner.close();
    return output?.status === 'failed' ? output.failure.reason : 'done';
  };

  it.each([
    ['total = 1;', 'total'],
    ['for (i = 0; i < 2; i++) ;', 'i'],
    ['function f() { inner = 1; } f();', 'inner'],
    ['größe = this.A;', 'größe'],
    ['$x = 1;', '$x'],
    ['[first] = [1];', 'first'],
    ['({ A: taken } = this);', 'taken'],
    ['for (key in this) ;', 'key'],
    ['for (one of [1]) ;', 'one'],
    ['if (this.A) flag = true;', 'flag'],
    ['const a = () => { deep = 1; }; a();', 'deep'],
    ['let a = b = 1;', 'b'],
    ['try { tried = 1; } finally { this.A; }', 'tried'],
    ['_ = this;', '_'],
    ['Total = 1;', 'Total'],
  ])('is named for what it is: %s', async (script, name) => {
    expect(await reasonOf(`${script} loadToCars({ A: this.A });`)).toBe(
      `ReferenceError: ${name} is not declared; write "let ${name}" before it is assigned`,
    );
  });

  it.each([
    'const total = 1; total = 2;',
    'const { A: total } = this; total++;',
    'const total = 1; total += 1;',
    'const total = 1; [total] = [2];',
    'const total = 1; ({ A: total } = this);',
    'const total = 1; for (total of [2]) ;',
    'const total = 1; (() => { total = 2; })();',
    'for (const total of [1]) total = 2;',
    'const total = null; total ??= 2;',
    'const [total] = [1]; --total;',
  ])('is not taken for a constant one: %s', async (script) => {
    expect(await reasonOf(`${script} loadToCars({ A: this.A });`)).toBe("TypeError: 'total' is read-only");
  });
});
