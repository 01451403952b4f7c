import { describe, expect, it } from '@jest/globals';
import { StorageType } from '@nats-io/jetstream';
import { planStream } from './plan-stream.ts';
import { CONTROL, logSettings } from './streams.ts';
import { routeLogs } from '@nestjs-spark/contracts/internal';

describe('The plan for a stream', () => {
  it('makes what is missing and leaves what is right', () => {
    expect(planStream(CONTROL, null)).toEqual({ action: 'create' });
    expect(planStream(CONTROL, { ...CONTROL })).toEqual({ action: 'nothing' });
  });

  it('changes only what differs', () => {
    const existing = { ...logSettings(routeLogs('Fleet', 'HR')), max_bytes: 5, allow_direct: false };
    const plan = planStream(logSettings(routeLogs('Fleet', 'HR')), existing);
    expect(plan).toEqual({ action: 'update', changed: ['max_bytes', 'allow_direct'] });
  });

  it('refuses a stream of two routes whose module names join to one stream name', () => {
    const plan = planStream(logSettings(routeLogs('A', 'B_C')), logSettings(routeLogs('A_B', 'C')));
    expect(logSettings(routeLogs('A', 'B_C')).name).toBe(logSettings(routeLogs('A_B', 'C')).name);
    expect(plan).toMatchObject({ action: 'impossible', reason: expect.stringContaining('rename a module') });
  });

  it('takes module names that differ in case as the same module', () => {
    expect(
      planStream(logSettings(routeLogs('FLEET', 'hr')), logSettings(routeLogs('Fleet', 'HR'))).action,
    ).not.toBe('impossible');
  });

  it('refuses what the server cannot change', () => {
    const plan = planStream(CONTROL, { ...CONTROL, storage: StorageType.Memory });
    expect(plan).toMatchObject({ action: 'impossible' });
  });
});
