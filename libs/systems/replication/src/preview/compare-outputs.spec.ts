import { describe, expect, it } from '@jest/globals';
import type { EtlCommand, ScriptOutput } from '@nestjs-spark/etl-script';
import { compareOutputs } from './compare-outputs.ts';

const put = (id: string, fields: string): EtlCommand => ({ type: 'put', id, collection: 'Cars', fields });
const done = (...commands: EtlCommand[]): ScriptOutput => ({ id: 'cars/1', status: 'done', commands });
const failed: ScriptOutput = {
  id: 'cars/1',
  status: 'failed',
  failure: { kind: 'thrown', script: 'Cars', line: 1, column: 1, reason: 'no' },
};

describe('a script beside the running one', () => {
  it('says of every copy whether it would be new, changed, gone or the same', () => {
    const running = done(put('cars/1', '{"A":1}'), put('cars/1/s/1', '{}'), put('cars/1/s/2', '{}'));
    const other = done(put('CARS/1', '{"A":1.0}'), put('cars/1/s/2', '{}'), put('cars/1/t/1', '{}'));
    expect(compareOutputs(running, other)).toEqual({
      outcome: 'different',
      copies: [
        { id: 'CARS/1', change: 'changed', before: [put('cars/1', '{"A":1}')] },
        { id: 'cars/1/s/1', change: 'gone', before: [put('cars/1/s/1', '{}')] },
        { id: 'cars/1/s/2', change: 'same' },
        { id: 'cars/1/t/1', change: 'new' },
      ],
    });
  });

  it('takes no deletion for a difference', () => {
    const running = done({ type: 'delete-prefix', prefix: 'cars/1/s/' }, put('cars/1', '{}'));
    expect(compareOutputs(running, done(put('cars/1', '{}')))).toMatchObject({ outcome: 'same' });
    expect(compareOutputs(done({ type: 'delete', id: 'cars/1' }), done()).outcome).toBe('same');
  });

  it('says when only one of both throws', () => {
    expect(compareOutputs(failed, done(put('cars/1', '{}'))).outcome).toBe('fixed');
    expect(compareOutputs(done(put('cars/1', '{}')), failed).outcome).toBe('fails');
    expect(compareOutputs(failed, failed).outcome).toBe('same');
  });
});
