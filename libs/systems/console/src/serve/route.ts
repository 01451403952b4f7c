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

/** An admitted request. */
export interface Asked {
  exchange: Exchange;
  session: Session;
  act: ActingFor;
  /** The decoded values of the path's parameters. */
  given: string[];
}

/** A route under `api/`. */
export interface Route {
  method: string;
  path: RegExp;
  /** Accepted query parameters; any other is refused. Default: none. */
  query?: readonly string[];
  /** Whether the route changes something: operators only, and refused when the console is read-only. */
  writes?: true;
  /** Whether only operators may read it. */
  operators?: true;
  handle: (parts: ApiParts, asked: Asked) => Promise<void> | void;
}

/** Time limit for an action at a module, in milliseconds. */
export const SLOW_MS = 15_000;

/** Matches a path with placeholders such as `:id`, each for one segment. */
export function at(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:[a-z]+/gi, '([^/]+)')}$`);
}
