import type { CopyPhase } from '../../src/ask/state.ts';
import { t } from '../texts.ts';

export type Tone = 'ok' | 'info' | 'warn' | 'bad' | 'dim';

export function toneOf(state: CopyPhase): Tone {
  switch (state) {
    case 'Streaming':
      return 'ok';
    case 'Snapshotting':
    case 'Starting':
      return 'info';
    case 'Waiting':
      return 'warn';
    case 'Unknown':
      return 'dim';
    default:
      return 'bad';
  }
}

/** A state's shape: nobody has to tell colours apart. */
export function Shape({ state }: { state: CopyPhase }) {
  return <Drawn tone={toneOf(state)} state={state} />;
}

function Drawn({ tone, state }: { tone: Tone; state: CopyPhase }) {
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" class={tone}>
      {shapeOf(state)}
    </svg>
  );
}

/** The states of jobs, replicas and pipelines, each by the copy's state that looks alike. */
const ALIKE: Readonly<Record<string, [Tone, CopyPhase]>> = {
  succeeded: ['ok', 'Streaming'],
  ready: ['ok', 'Streaming'],
  completed: ['ok', 'Streaming'],
  running: ['info', 'Snapshotting'],
  cancelling: ['warn', 'Snapshotting'],
  retrying: ['warn', 'Waiting'],
  loading: ['info', 'Snapshotting'],
  'catching-up': ['info', 'Snapshotting'],
  paused: ['warn', 'Waiting'],
  away: ['warn', 'Waiting'],
  'not-ready': ['warn', 'Snapshotting'],
  denied: ['bad', 'Refused'],
  failed: ['bad', 'Faulted'],
  timedout: ['bad', 'Faulted'],
};

/** The state of a module, a job, a replica or a pipeline. */
export function SystemMark({ state, text = t.jobs.status(state) }: { state: string; text?: string }) {
  const [tone, shape] = ALIKE[state.toLowerCase()] ?? (['dim', 'Starting'] as const);
  return (
    <span class={`state wraps ${tone}`}>
      <Drawn tone={tone} state={shape} />
      {text}
    </span>
  );
}

function shapeOf(state: CopyPhase) {
  switch (state) {
    case 'Streaming':
      return <circle cx="5" cy="5" r="4.5" fill="currentColor" />;
    case 'Snapshotting':
      return (
        <>
          <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" />
          <path d="M5 1a4 4 0 0 1 0 8z" fill="currentColor" />
        </>
      );
    case 'Waiting':
      return <path d="M2 1h2.2v8H2zM5.8 1H8v8H5.8z" fill="currentColor" />;
    case 'Starting':
    case 'Unknown':
      return <circle cx="5" cy="5" r="4" fill="none" stroke="currentColor" stroke-dasharray="2 1.6" />;
    default:
      return <path d="M5 .8 9.6 9.2H.4z" fill="currentColor" />;
  }
}

export function StateMark({ state }: { state: CopyPhase }) {
  return (
    <span class={`state ${toneOf(state)}`}>
      <Shape state={state} />
      {t.state[state]}
    </span>
  );
}
