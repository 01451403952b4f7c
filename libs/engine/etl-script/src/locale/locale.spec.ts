import { afterAll, describe, expect, it } from '@jest/globals';
import { failureOf, fieldsOf, runScript, user } from '../../testing/run-script.ts';
import { ScriptPool } from '../run/script-pool.ts';

const pool = new ScriptPool({ maxWorkers: 1 });
afterAll(() => pool.close());
const valueOf = async (expression: string, fields: object = {}): Promise<unknown> => {
  const [output] = await runScript(pool, `loadToUsers({ v: ${expression} })`, [user(1, fields)]);
  return (JSON.parse(fieldsOf(output)) as { v: unknown }).v;
};

describe('What depends on a language', () => {
  it('sorts names as people do, in the order that RavenDB has', async () => {
    const names = ['Zoë', 'äpfel', 'b', 'a-b', 'ab', 'A', 'a', '_', 'é', 'e', '10', '9'];
    expect(await valueOf('this.Names.sort((a, b) => a.localeCompare(b))', { Names: names })).toEqual(
      '_ 10 9 a A a-b ab äpfel b e é Zoë'.split(' '),
    );
    expect(
      await valueOf(
        '["a".localeCompare("A", undefined, { sensitivity: "base" }), "a2".localeCompare("a10", "en", { numeric: true })]',
      ),
    ).toEqual([0, -1]);
  });

  it('compares any text, with control characters and halves of characters in it', async () => {
    const script = String.raw`["a\u0000b".localeCompare("a\u0000c"), "\ud800".localeCompare("a") !== 0, "a".localeCompare(this.No)]`;
    expect(await valueOf(script)).toEqual([-1, true, -1]);
  });

  it('writes numbers with separators, currencies and the digits that are asked for', async () => {
    const script = `[1234567.8916, -0, NaN, 1e21].map(n => n.toLocaleString()).concat([
      (1234.5).toLocaleString('de-DE'), (1234.5).toLocaleString('en-US', { style: 'currency', currency: 'USD' }),
      (0.256).toLocaleString(undefined, { style: 'percent', minimumFractionDigits: 1 })])`;
    expect(await valueOf(script)).toEqual([
      '1,234,567.892',
      '-0',
      'NaN',
      '1,000,000,000,000,000,000,000',
      '1.234,5',
      '$1,234.50',
      '25.6%',
    ]);
  });

  it('writes dates as RavenDB does, in UTC whatever the machine’s zone is', async () => {
    const script = `(d => [String(d), d.toTimeString(), d.toLocaleString(), d.toLocaleDateString(), d.toLocaleTimeString(),
      d.toLocaleDateString('de-DE'), d.toLocaleString('en-US', { timeZone: 'America/New_York' }),
      String(new Date(NaN)), new Date(NaN).toLocaleDateString(), Date.parse(String(d)) === +d])(new Date('2024-02-09T13:05:10Z'))`;
    expect(await valueOf(script)).toEqual([
      'Fri Feb 09 2024 13:05:10 GMT+0000 (Coordinated Universal Time)',
      '13:05:10 GMT+0000 (Coordinated Universal Time)',
      '2/9/2024, 1:05:10 PM',
      '2/9/2024',
      '1:05:10 PM',
      '9.2.2024',
      '2/9/2024, 8:05:10 AM',
      'Invalid Date',
      'Invalid Date',
      true,
    ]);
  });

  it('fails the document alone when a language or an option does not exist', async () => {
    const script =
      'loadToUsers({ v: this.A ? (5).toLocaleString("en", { style: "nope" }) : "x".localeCompare("y", "!!") })';
    const outputs = await runScript(pool, script, [user(1, { A: 1 }), user(2)]);
    expect(outputs.map((output) => failureOf(output).reason)).toEqual([
      expect.stringMatching(/^RangeError: .*nope/),
      expect.stringMatching(/^RangeError: .*locale/),
    ]);
    const [endless] = await runScript(pool, '"a".localeCompare("b", { length: 4e9 }); loadToUsers({})');
    expect(failureOf(endless).reason).toBe('TypeError: a language must be a string or a list of strings');
    expect(await valueOf('(5).toLocaleString()')).toBe('5');
  });

  it('cannot be replaced by a script, nor be used to reach the host', async () => {
    for (const write of ['String.prototype.localeCompare = () => 0', 'Date.prototype.toString.x = 1']) {
      const [output] = await runScript(pool, `${write}; loadToUsers({})`);
      expect(failureOf(output).reason).toMatch(/TypeError/);
    }
    const options = '{ get style() { return "percent" }, toJSON() { return { style: "decimal" } } }';
    expect(await valueOf(`[(5).toLocaleString("en", ${options}), typeof inLocale]`)).toEqual([
      '5',
      'undefined',
    ]);
  });
});
