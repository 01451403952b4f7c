import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PipelineDefinition } from '../definition/types.ts';
import { CommandRefusedError, type PipelineCommand } from './commands.ts';
import { decide } from './decide.ts';
import { isBefore, type BatchEvent, type EventType, type PipelineEvent } from './events.ts';
import { evolve, replay } from './evolve.ts';
import {
  COMMANDS_REMEMBERED,
  EMPTY,
  PIPELINE_STATES,
  type PipelineState,
  type PipelineStatus,
} from './state.ts';

const definition: PipelineDefinition = {
  pipelineId: 'adults',
  name: 'Adults',
  source: { type: 'generate', count: 10 },
  sink: { type: 'log' },
};
const otherSource: PipelineDefinition = { ...definition, source: { type: 'generate', count: 20 } };
const context = {
  tenant: 'default',
  pipelineId: 'adults',
  at: '2026-01-01T00:00:00.000Z',
  by: 'ada',
  commandId: null,
};

function run(state: PipelineState, command: PipelineCommand, commandId: string | null = null): PipelineState {
  return decide(state, command, { ...context, commandId }).events.reduce(evolve, state);
}

/** What a command does: the types of its events, or why it is refused. */
function outcome(state: PipelineState, command: PipelineCommand): EventType[] | string {
  try {
    return decide(state, command, context).events.map(({ type }) => type);
  } catch (error) {
    if (error instanceof CommandRefusedError) return error.kind;
    throw error;
  }
}

const create: PipelineCommand = { type: 'create', definition };
const created = run(EMPTY, create);
const running = run(created, { type: 'start' });
const STATES: Record<PipelineStatus, PipelineState> = {
  Empty: EMPTY,
  Configured: created,
  Running: running,
  Paused: run(running, { type: 'pause' }),
  Stopped: run(running, { type: 'stop' }),
  Completed: run(running, { type: 'complete' }),
  Failed: run(running, { type: 'fail', reason: 'no such table' }),
  Deleted: run(created, { type: 'delete' }),
};

const NO = 'not-allowed';
const started: EventType[] = ['PipelineStarted'];
const stopped: EventType[] = ['PipelineStopped'];

describe('a pipeline', () => {
  it('is in each of its states where its name says so', () => {
    for (const status of PIPELINE_STATES) expect(STATES[status].status).toBe(status);
  });

  const REMOVED: EventType[] = ['PipelineDeleted'];
  it.each<[PipelineCommand['type'], ...(EventType[] | string)[]]>([
    // Configured, Running, Paused, Stopped, Completed, Failed
    ['start', started, [], started, started, started, started],
    ['stop', [], stopped, stopped, [], stopped, stopped],
    ['pause', NO, ['PipelinePaused'], [], NO, NO, NO],
    ['resume', NO, [], started, NO, NO, NO],
    ['restart', started, [...stopped, ...started], started, started, started, started],
    ['complete', NO, ['PipelineCompleted'], NO, NO, [], NO],
    ['delete', REMOVED, NO, REMOVED, REMOVED, REMOVED, REMOVED],
  ])(
    'answers %s in each state as its table says, and says so where there is none of its name',
    (type, ...expected) => {
      const command = { type } as PipelineCommand;
      const present = PIPELINE_STATES.filter((status) => status !== 'Empty' && status !== 'Deleted');
      expect(present.map((status) => outcome(STATES[status], command))).toEqual(expected);
      expect(outcome(EMPTY, command)).toBe('not-found');
      expect(outcome(STATES.Deleted, command)).toEqual(type === 'delete' ? [] : 'not-found');
    },
  );

  it('is deleted while it runs only by force', () => {
    expect(outcome(running, { type: 'delete', force: true })).toEqual(['PipelineDeleted']);
  });

  it('keeps the reason why it failed, until it moves on', () => {
    expect(STATES.Failed.reason).toBe('no such table');
    expect(run(STATES.Failed, { type: 'start' }).reason).toBeNull();
  });

  it('begins a generation when it begins again, and not when it goes on', () => {
    expect(run(STATES.Stopped, { type: 'start' }).generation).toBe(1);
    expect(run(STATES.Stopped, { type: 'start', from: 'beginning' }).generation).toBe(2);
    expect(run(created, { type: 'start', from: 'beginning' }).generation).toBe(1);
    expect(outcome(running, { type: 'start', from: 'beginning' })).toBe('not-allowed');
    expect(run(STATES.Deleted, create).generation).toBe(2);
  });

  it('asks what becomes of its position when its source or sink is another one', () => {
    const update: PipelineCommand = { type: 'update', definition: otherSource };
    expect(outcome(created, update)).toEqual(['PipelineUpdated']);
    expect(outcome(running, update)).toBe('needs-reset');
    expect(outcome(running, { ...update, reset: 'keep' })).toEqual(['PipelineUpdated']);
    expect(outcome(running, { ...update, reset: 'beginning' })).toEqual([
      'PipelineUpdated',
      'CheckpointReset',
    ]);
    expect(outcome(running, { type: 'update', definition: { ...definition, name: 'People' } })).toEqual([
      'PipelineUpdated',
    ]);
    expect(outcome(running, { type: 'update', definition: JSON.parse(JSON.stringify(definition)) })).toEqual(
      [],
    );
  });

  it('refuses a change that was made of another version', () => {
    const update: PipelineCommand = {
      type: 'update',
      definition: { ...definition, name: 'People' },
      ifVersion: 1,
    };
    const updated = run(created, update);
    expect(updated.version).toBe(2);
    expect(outcome(updated, { ...update, definition })).toBe('other-version');
  });

  it('has its checkpoint changed only while it does not run', () => {
    expect(outcome(running, { type: 'resetCheckpoint', position: null })).toBe('not-allowed');
    expect(run(STATES.Stopped, { type: 'resetCheckpoint', position: { people: 5 } })).toMatchObject({
      generation: 2,
      startsAt: { people: 5 },
    });
  });

  it('is owned by epochs that only grow', () => {
    const taken = run(created, { type: 'takeOwnership', epoch: 3, node: 'a', shard: 1 });
    expect(taken).toMatchObject({ epoch: 3, owner: 'a' });
    for (const epoch of [2, 3])
      expect(outcome(taken, { type: 'takeOwnership', epoch, node: 'b', shard: 1 })).toBe('fenced');
  });

  it('carries a command out once, and refuses another one under its key', () => {
    const once = run(created, { type: 'start' }, 'k1');
    const later = run(once, { type: 'stop' }, 'k2');
    expect(decide(later, { type: 'start' }, { ...context, commandId: 'k1' })).toEqual({
      events: [],
      isReplayed: true,
      isNew: false,
    });
    expect(() => decide(later, { type: 'pause' }, { ...context, commandId: 'k1' })).toThrow(
      'another command',
    );
  });

  it(`remembers the last ${COMMANDS_REMEMBERED} commands`, () => {
    let state = created;
    for (let n = 0; n < COMMANDS_REMEMBERED + 1; n++) state = run(state, { type: 'restart' }, `k${n}`);
    expect(state.commands).toHaveLength(COMMANDS_REMEMBERED);
    expect(decide(state, { type: 'restart' }, { ...context, commandId: 'k1' }).isReplayed).toBe(true);
    expect(decide(state, { type: 'restart' }, { ...context, commandId: 'k0' }).isReplayed).toBe(false);
  });
});

const commands: fc.Arbitrary<PipelineCommand> = fc.oneof(
  fc.constantFrom<PipelineCommand>(
    create,
    { type: 'start' },
    { type: 'start', from: 'beginning' },
    { type: 'stop' },
    { type: 'pause' },
    { type: 'resume' },
    { type: 'restart' },
    { type: 'delete' },
    { type: 'delete', force: true },
    { type: 'complete' },
    { type: 'fail', reason: 'x' },
    { type: 'resetCheckpoint', position: null },
    { type: 'update', definition: otherSource, reset: 'beginning' },
    { type: 'update', definition, reset: 'keep' },
  ),
  fc.nat(9).map((epoch): PipelineCommand => ({ type: 'takeOwnership', epoch, node: 'a', shard: 0 })),
);

describe('any commands in any order', () => {
  it('leave a pipeline that its events alone make again, that never goes back, and that is as it is asked to be', () => {
    fc.assert(
      fc.property(fc.array(commands, { maxLength: 60 }), (asked) => {
        const events: PipelineEvent[] = [];
        let state = EMPTY;
        for (const command of asked) {
          if (typeof outcome(state, command) === 'string') continue;
          const decided = decide(state, command, context).events;
          const next = decided.reduce(evolve, state);
          events.push(...decided);
          expect(next.sequence).toBe(events.length);
          for (const grows of ['version', 'generation', 'epoch'] as const)
            expect(next[grows]).toBeGreaterThanOrEqual(state[grows]);
          expect(next.definition === null).toBe(next.status === 'Empty' || next.status === 'Deleted');
          const aimsAtState = ['start', 'stop', 'pause', 'resume', 'complete', 'fail'].includes(command.type);
          if (aimsAtState && !('from' in command)) expect(outcome(next, command)).toEqual([]);
          state = next;
        }
        expect(replay(events)).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });
});

describe('events of batches among those of the pipeline', () => {
  const at = (ms: number) => new Date(ms).toISOString();
  const batch = (ms: number): BatchEvent => ({
    type: 'BatchPlanned',
    v: 1,
    ...context,
    commandId: null,
    epoch: 1,
    at: at(ms),
    data: {
      batch: 'default/adults/1/0/1',
      generation: 1,
      lane: 0,
      n: 1,
      from: { generate: 0 },
      to: { generate: 10 },
    },
  });
  const event = (ms: number, type: EventType, others: Partial<PipelineEvent> = {}): PipelineEvent =>
    ({ ...decide(EMPTY, create, context).events[0], at: at(ms), type, epoch: 1, ...others }) as PipelineEvent;
  const first = (ms: number, type: EventType) => isBefore(batch(5), event(ms, type));

  it('lie between the beginning and the end of their run, even within one millisecond', () => {
    for (const type of ['PipelineCreated', 'PipelineStarted', 'OwnershipTaken'] as const)
      expect([4, 5, 6].map((ms) => first(ms, type))).toEqual([false, false, true]);
    for (const type of ['PipelineCompleted', 'PipelineFailed', 'PipelineStopped', 'PipelinePaused'] as const)
      expect([4, 5, 6].map((ms) => first(ms, type))).toEqual([false, true, true]);
  });

  it('come before those of a later owner and after those of an earlier one, whatever their clocks say', () => {
    const [earlier, later] = [{ epoch: 0 }, { epoch: 2 }];
    expect([4, 5, 6].map((ms) => isBefore(batch(5), event(ms, 'OwnershipTaken', later)))).toEqual([
      true,
      true,
      true,
    ]);
    for (const type of ['PipelineStarted', 'PipelineStopped'] as const)
      expect([4, 5, 6].map((ms) => isBefore(batch(5), event(ms, type, earlier)))).toEqual([
        false,
        false,
        false,
      ]);
  });

  it('lie among those of another pipeline by time alone, as the epochs of two shards say nothing of each other', () => {
    const other = { pipelineId: 'others', epoch: 2 };
    expect([4, 6].map((ms) => isBefore(batch(5), event(ms, 'PipelineStarted', other)))).toEqual([
      false,
      true,
    ]);
  });
});
