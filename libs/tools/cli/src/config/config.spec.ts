import { describe, expect, it } from '@jest/globals';
import { CliError } from '../cli-error.ts';
import { renderChange, renderHistory, renderSettings } from './render-config.ts';
import { runConfig } from './run-config.ts';

const ASK = ['--module', 'Fleet', '--url', 'http://127.0.0.1:9'];
const run = (...argv: string[]) => runConfig(argv, { SPARK_OPERATOR_TOKEN: 't' });
const setting = {
  name: 'retrySeconds',
  variable: 'SPARK_RETRY_SECONDS',
  value: [1, 2],
  origin: 'central' as const,
  central: [1, 2],
};

describe('nestjs-spark config', () => {
  it('lists its commands', async () => {
    expect((await run()).text).toContain('config rollback 3');
  });

  it.each<[string[], RegExp]>([
    [['change'], /Unknown command "change"\. Commands: get, set, history, rollback/],
    [['set', ...ASK], /Say what to set/],
    [['set', 'batchDocuments', ...ASK], /is not NAME=VALUE/],
    [['set', '=1', ...ASK], /is not NAME=VALUE/],
    [['rollback', 'last', ...ASK], /Give one version/],
    [['rollback', '0', ...ASK], /Give one version/],
    [['history', 'all', ...ASK], /^Unexpected argument "all"\. config history takes no arguments/],
    [['get'], /--module is missing/],
  ])('%j is wrong usage, and says what is right', async (argv, why) => {
    const error = await run(...argv).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CliError);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(why) });
  });

  it('needs the operator token', async () => {
    await expect(runConfig(['get', ...ASK], {})).rejects.toThrow(/only operators may do this/);
  });

  it('shows values as they are written in variables, and where they come from', () => {
    const view = { version: 1, state: 'current', detail: 'version 1, from NATS', startOnly: {} };
    const beaten = { ...setting, origin: 'environment' as const, central: [3] };
    const text = renderSettings('Fleet', { ...view, settings: [setting, beaten] });
    expect(text).toBe(
      'Fleet: version 1, from NATS\n' +
        '  retrySeconds  1,2  central\n' +
        '  retrySeconds  1,2  the variable SPARK_RETRY_SECONDS, not the central 3',
    );
  });

  it('says what became of what was set', () => {
    const changed = [
      { ...setting, effect: 'now' as const },
      { ...setting, origin: 'option' as const, effect: 'overruled' as const },
      { ...setting, origin: 'default' as const, central: null, effect: 'now' as const },
    ];
    expect(renderChange('Fleet', { version: 2, changed })).toBe(
      'Fleet: settings version 2\n' +
        '  retrySeconds is 1,2\n' +
        '  retrySeconds is stored and has no effect: an option in the code sets it to 1,2\n' +
        '  retrySeconds has no central value now; it is 1,2',
    );
  });

  it('says that a rollback to the same values has changed nothing', () => {
    expect(renderChange('Fleet', { version: 3, changed: [] })).toBe(
      'Fleet: settings version 3 has the same values as before; nothing changed',
    );
  });

  it('lists what was set', () => {
    const version = { version: 2, at: 'then', values: { flags: ['a', 'b'] }, takenFrom: 1 };
    expect(renderHistory('Fleet', [version])).toBe('Fleet:\n  2  then  flags=a,b (the values of version 1)');
    expect(renderHistory('Fleet', [])).toContain('nothing was set yet');
  });
});
