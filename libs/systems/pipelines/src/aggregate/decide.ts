import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { PipelineDefinition } from '../definition/types.ts';
import { CommandRefusedError, type CommandContext, type PipelineCommand } from './commands.ts';
import type { EventData, EventType, PipelineEvent } from './events.ts';
import type { PipelineState, PipelineStatus } from './state.ts';

/** The states in which a command is allowed; if the pipeline is in one of its target states already, nothing happens. */
const ALLOWED = {
  start: { from: ['Configured', 'Paused', 'Stopped', 'Completed', 'Failed'], aims: ['Running'] },
  stop: { from: ['Running', 'Paused', 'Failed', 'Completed'], aims: ['Stopped', 'Configured'] },
  pause: { from: ['Running'], aims: ['Paused'] },
  resume: { from: ['Paused'], aims: ['Running'] },
  restart: { from: ['Running', 'Paused', 'Stopped', 'Completed', 'Failed', 'Configured'], aims: [] },
  complete: { from: ['Running'], aims: ['Completed'] },
  fail: { from: ['Running'], aims: ['Failed'] },
} as const satisfies Record<string, { from: readonly PipelineStatus[]; aims: readonly PipelineStatus[] }>;

type Move = keyof typeof ALLOWED;
type Draft = { [T in EventType]: { type: T; data: EventData[T] } }[EventType];

/** The result of a command. */
export interface Decision {
  events: readonly PipelineEvent[];
  /** Whether this very command was carried out before. */
  isReplayed: boolean;
  /** Whether it created the pipeline, now or when it was carried out before. */
  isNew: boolean;
}

/**
 * Decides which events a command leads to. Whatever is the case already yields no event.
 * @throws {CommandRefusedError}
 */
export function decide(state: PipelineState, command: PipelineCommand, context: CommandContext): Decision {
  const fingerprint = fingerprintOf(command);
  const before = state.commands.find(({ id }) => id === context.commandId);
  if (before && before.fingerprint !== fingerprint)
    throw refuse('key-reused', `The key ${context.commandId} was used for another command`);
  if (before) return { events: [], isReplayed: true, isNew: before.created ?? false };
  const epoch = command.type === 'takeOwnership' ? command.epoch : state.epoch;
  const events = draftsOf(state, command).map(
    (draft) => ({ ...draft, v: 1, ...context, fingerprint, epoch }) as PipelineEvent,
  );
  return { events, isReplayed: false, isNew: events.some(({ type }) => type === 'PipelineCreated') };
}

function draftsOf(state: PipelineState, command: PipelineCommand): Draft[] {
  if (command.type === 'create' || (command.type === 'update' && command.creates))
    return create(state, command.definition);
  // A process that creates a deleted pipeline again has to own what is left of it first.
  const isGone = state.status === 'Deleted' && command.type !== 'takeOwnership';
  if (state.status === 'Empty' || isGone) {
    if (command.type === 'delete' && state.status === 'Deleted') return [];
    throw refuse('not-found', 'There is no such pipeline');
  }
  switch (command.type) {
    case 'update':
      return update(state, command);
    case 'start':
      return start(state, command.from ?? 'checkpoint');
    case 'restart':
      return restart(state);
    case 'delete':
      if (state.status === 'Running' && !command.force)
        throw refuse('not-allowed', 'It is running: stop it first, or force it');
      return [{ type: 'PipelineDeleted', data: {} }];
    case 'resetCheckpoint':
      if (state.status === 'Running')
        throw refuse('not-allowed', 'Its checkpoint can only be changed while it does not run');
      return [{ type: 'CheckpointReset', data: { position: command.position } }];
    case 'takeOwnership':
      if (command.epoch <= state.epoch)
        throw refuse('fenced', `Epoch ${command.epoch} is over: ${state.owner} has ${state.epoch}`);
      return [{ type: 'OwnershipTaken', data: { node: command.node, shard: command.shard } }];
    case 'fail':
      return moves(state, 'fail') ? [{ type: 'PipelineFailed', data: { reason: command.reason } }] : [];
    default:
      return moves(state, command.type) ? [{ type: ENDS_AS[command.type], data: {} }] : [];
  }
}

const ENDS_AS = {
  stop: 'PipelineStopped',
  pause: 'PipelinePaused',
  resume: 'PipelineStarted',
  complete: 'PipelineCompleted',
} as const;

function create({ status, definition: present }: PipelineState, definition: PipelineDefinition): Draft[] {
  if (status === 'Empty' || status === 'Deleted') return [{ type: 'PipelineCreated', data: { definition } }];
  throw refuse('exists', `There is a pipeline ${present?.pipelineId ?? ''} already`);
}

function start(state: PipelineState, from: 'checkpoint' | 'beginning'): Draft[] {
  const isMove = moves(state, 'start');
  if (!isMove && from === 'checkpoint') return [];
  if (!isMove) throw refuse('not-allowed', 'It is running: stop it to begin again');
  const begins = from === 'beginning' && state.hasRun;
  return [
    ...(begins ? [{ type: 'CheckpointReset', data: { position: null } } as const] : []),
    { type: 'PipelineStarted', data: {} },
  ];
}

function restart(state: PipelineState): Draft[] {
  moves(state, 'restart');
  const stops = state.status === 'Running' ? [{ type: 'PipelineStopped', data: {} } as const] : [];
  return [...stops, { type: 'PipelineStarted', data: {} }];
}

function update(state: PipelineState, command: PipelineCommand & { type: 'update' }): Draft[] {
  const { definition, reset, ifVersion } = command;
  if (ifVersion !== undefined && ifVersion !== state.version)
    throw refuse('other-version', `It is at version ${state.version} and not at ${ifVersion}`);
  const isSame = isDeepStrictEqual(state.definition, definition);
  if (isSame && reset !== 'beginning') return [];
  if (state.hasRun && !reset && !keepsPosition(state.definition, definition))
    throw refuse('needs-reset', 'Its source or its sink has changed: say whether the position is kept');
  return [
    ...(isSame ? [] : [{ type: 'PipelineUpdated', data: { definition } } as const]),
    ...(reset === 'beginning' ? [{ type: 'CheckpointReset', data: { position: null } } as const] : []),
  ];
}

/** Whether a position means the same under both definitions. */
function keepsPosition(one: PipelineDefinition | null, other: PipelineDefinition): boolean {
  return isDeepStrictEqual(one?.source, other.source) && isDeepStrictEqual(targetOf(one), targetOf(other));
}

/** Without `overwrite`, which does not change where records go: the position stays valid. */
function targetOf(definition: PipelineDefinition | null): object {
  const { overwrite: _, ...target } = { overwrite: false, ...definition?.sink };
  return target;
}

/** Whether the state has to change; false if it is the target already. @throws {CommandRefusedError} if the change is not allowed */
function moves({ status }: PipelineState, move: Move): boolean {
  const { from, aims }: { from: readonly PipelineStatus[]; aims: readonly PipelineStatus[] } = ALLOWED[move];
  if (aims.includes(status)) return false;
  if (from.includes(status)) return true;
  throw refuse('not-allowed', `It is ${status}: ${move} is possible from ${from.join(', ')}`);
}

/** A fingerprint of the request. It stays the same when the request is repeated after the pipeline was created. */
export function fingerprintOf(command: PipelineCommand): string {
  const { creates: _, ...asked } = { creates: false, ...command };
  return createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
}

const refuse = (...reason: ConstructorParameters<typeof CommandRefusedError>) =>
  new CommandRefusedError(...reason);
