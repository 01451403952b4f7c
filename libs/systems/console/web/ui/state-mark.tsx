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
  return (
    <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true" class={toneOf(state)}>
      {shapeOf(state)}
    </svg>
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
