import type { ActingFor } from '@nestjs-spark/modules/internal';
import type { ActionParts } from '../act/actions.ts';
import type { Admission } from '../sign-in/admission.ts';
import type { Session, Sessions } from '../sign-in/sessions.ts';
import type { SentStates } from '../stream/sent-states.ts';
import type { SystemWatch } from '../stream/system-watch.ts';
import type { Exchange } from './exchange.ts';

export interface ApiParts extends ActionParts {
  sessions: Sessions;
  admission: Admission;
  readOnly: boolean;
  sent: SentStates;
  systems: SystemWatch;
}

/** A request that was let in. */
export interface Asked {
  exchange: Exchange;
  session: Session;
  act: ActingFor;
  /** The values of the parameters of the path, decoded. */
  given: string[];
}

/** A request that is answered below `api/`. */
export interface Route {
  method: string;
  path: RegExp;
  /** Parameters that it takes; any other is refused. Default none. */
  query?: readonly string[];
  /** What only operators may do, and nobody at a console that is read-only. */
  writes?: true;
  /** What only operators may see. */
  operators?: true;
  handle: (parts: ApiParts, asked: Asked) => Promise<void> | void;
}

/** How long an action may take at a module. */
export const SLOW_MS = 15_000;

/** A path with names such as `:id`, each of which is one part. */
export function at(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:[a-z]+/gi, '([^/]+)')}$`);
}
