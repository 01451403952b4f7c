import { afterAll, describe, expect, it } from '@jest/globals';
import { withoutLargePuts } from '../guest/large-puts.ts';
import type { LargeEtlPut, SendableOutput } from '../types.ts';
import { loadsNothing, user } from '../../testing/run-script.ts';
import { ScriptPool } from './script-pool.ts';

const SCRIPT = `
  for (let i = 0; i < this.Copies; i++)
    loadToParts({ I: i, Text: this.Text, '@metadata': i === 0 ? { Note: this.Text } : undefined });
  loadToUsers({ Copies: this.Copies });`;

describe('The puts of a document with much text', () => {
  const pool = new ScriptPool({ maxWorkers: 1 });
  afterAll(() => pool.close());

  const text = 'Ž⭐\\ \n'.repeat(3_000);
  const inputs = [user(1, { Text: text, Copies: 5 }), user(2, { Text: text, Copies: 1 }), user(3)];
  const open = () => pool.open({ name: 'test', collection: 'Users', script: SCRIPT });

  it('come as bytes of one buffer where they are asked for, those of others as strings', async () => {
    const runner = await open();
    const outputs = await runner.transformToBytes(inputs, loadsNothing);
    const large = outputs.map((output) => largeOf(output));
    expect(large.map(({ length }) => length)).toEqual([6, 0, 0]);
    expect(new Set(large.flat().map(({ fields }) => fields.buffer)).size).toBe(1);
    runner.close();
  });

  it('are the same as strings', async () => {
    const runner = await open();
    const bytes = await runner.transformToBytes(inputs, loadsNothing);
    const strings = await runner.transform(inputs, loadsNothing);
    expect(strings.flatMap((output) => largeOf(output))).toEqual([]);
    const read = bytes.map((one) =>
      one.status === 'done' ? { ...one, commands: withoutLargePuts(one.commands) } : one,
    );
    expect(read).toEqual(strings);
    const [first] = strings;
    const puts = first?.status === 'done' ? first.commands.filter((one) => one.type === 'put') : [];
    expect(puts.map(({ fields }) => JSON.parse(fields) as unknown)).toEqual([
      ...[0, 1, 2, 3, 4].map((I) => ({ I, Text: text })),
      { Copies: 5 },
    ]);
    expect(puts.map(({ metadata }) => metadata && (JSON.parse(metadata) as unknown))).toEqual([
      { Note: text },
      ...Array.from({ length: 5 }),
    ]);
    runner.close();
  });
});

function largeOf(output: SendableOutput): LargeEtlPut[] {
  return output.status === 'done' ? output.commands.filter((one) => one.type === 'large-put') : [];
}
