import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ScriptRunner, SendableCommand } from '@nestjs-spark/etl-script/internal';
import { alterScripts, plainScripts } from '../../testing/plain-scripts.ts';
import { Simulation } from '../../testing/simulation.ts';
import { until } from '../../testing/until.ts';

describe('What a script makes in bytes', () => {
  let simulation: Simulation;
  let made: ArrayBuffer[];
  beforeEach(() => {
    simulation = new Simulation();
    made = [];
    simulation.scripts = alterScripts(plainScripts, (runner) => ({ transformToBytes: toBytes(runner) }));
  });
  afterEach(() => simulation.stop());

  function toBytes(runner: ScriptRunner): ScriptRunner['transformToBytes'] {
    const large = (command: SendableCommand): SendableCommand => {
      if (command.type !== 'put') return command;
      const { id, collection } = command;
      const fields = new Uint8Array(Buffer.from(command.fields));
      made.push(fields.buffer);
      return { type: 'large-put', id, collection, fields };
    };
    return async (...asked) => {
      const outputs = await runner.transform(...asked);
      return outputs.map((one) =>
        one.status === 'done' ? { ...one, commands: one.commands.map(large) } : one,
      );
    };
  }

  it('arrives as the same documents, and is freed once it is published', async () => {
    const { source, target } = simulation;
    for (let n = 0; n < 20; n++) source.put(`cars/${n}`, { V: n, Name: 'Ž'.repeat(n) });
    simulation.startCapture();
    simulation.startApply();
    await until(
      async () => target.documents.size === 20 && made.every(({ detached }) => detached),
      () =>
        `${target.documents.size} have arrived, ${made.filter(({ detached }) => !detached).length} are kept`,
    );
    expect(made).toHaveLength(20);
  });
});
