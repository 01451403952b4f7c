import type { Session } from './api.ts';

/** Who is signed in when the page opens. */
export interface Here {
  session: Session | null;
  /** Nobody can sign in at all. */
  closed: boolean;
  /** Somebody was signed in here until the session ended by itself. */
  over: boolean;
  /** The browser may have a session that it did not send with the request for the page: only a request of the page itself can tell. */
  unknown: boolean;
}

/**
 * The page contains who is signed in, so the console is not asked: it could refuse, and a browser reports each refusal as an error.
 * The exception is a page that was opened from another site, from which browsers do not send the session.
 * @param told what the page contains: a session, the information that nobody can sign in, that the session may not have been sent,
 *   or nothing
 * @param wasHere whether this browser had a session and did not end it
 */
export function whoIsHere(told: string, wasHere: boolean): Here {
  const said =
    told === '' ? {} : (JSON.parse(told) as Partial<Session> & { closed?: boolean; unknown?: boolean });
  if (said.csrf !== undefined)
    return { session: said as Session, closed: false, over: false, unknown: false };
  const unknown = wasHere && said.unknown === true;
  return { session: null, closed: said.closed === true, over: wasHere && !unknown, unknown };
}
