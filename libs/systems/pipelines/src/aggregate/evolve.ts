import type { PipelineEvent } from './events.ts';
import { COMMANDS_REMEMBERED, EMPTY, type PipelineState, type PipelineStatus } from './state.ts';

/** The pipeline's state after an event. */
export function evolve(state: PipelineState, event: PipelineEvent): PipelineState {
  const counted = {
    ...state,
    sequence: state.sequence + 1,
    epoch: Math.max(state.epoch, event.epoch),
    commands: remember(state, event),
  };
  const to = (status: PipelineStatus, reason: string | null = null) => ({
    ...counted,
    status,
    reason,
    since: event.at,
  });
  switch (event.type) {
    case 'PipelineCreated':
      return {
        ...to('Configured'),
        definition: event.data.definition,
        createdBy: event.by,
        version: state.version + 1,
        generation: state.generation + 1,
        firstGeneration: state.generation + 1,
        startsAt: null,
        hasRun: false,
      };
    case 'PipelineUpdated':
      return { ...counted, definition: event.data.definition, version: state.version + 1 };
    case 'PipelineStarted':
      return { ...to('Running'), hasRun: true };
    case 'PipelinePaused':
      return to('Paused');
    case 'PipelineStopped':
      return to('Stopped');
    case 'PipelineCompleted':
      return to('Completed');
    case 'PipelineFailed':
      return to('Failed', event.data.reason);
    case 'PipelineDeleted':
      return { ...to('Deleted'), definition: null };
    case 'CheckpointReset':
      return {
        ...counted,
        generation: state.generation + 1,
        startsAt: event.data.position,
        hasRun: state.status === 'Running',
      };
    case 'OwnershipTaken':
      return { ...counted, owner: event.data.node };
  }
}

/** The pipeline's state after all of its events. */
export function replay(events: readonly PipelineEvent[]): PipelineState {
  return events.reduce(evolve, EMPTY);
}

function remember(
  { commands }: PipelineState,
  { type, commandId, fingerprint }: PipelineEvent,
): PipelineState['commands'] {
  if (commandId === null || commands.some(({ id }) => id === commandId)) return commands;
  const created = type === 'PipelineCreated' ? { created: true } : {};
  return [...commands, { id: commandId, fingerprint, ...created }].slice(-COMMANDS_REMEMBERED);
}
