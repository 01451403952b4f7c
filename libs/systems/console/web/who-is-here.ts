import type { Session } from './api.ts';

/** Who is signed in when the page opens. */
export interface Here {
  session: Session | null;
  /** Nobody can sign in at all. */
  closed: boolean;
  /** Somebody was signed in here until the session ended by itself. */
  over: boolean;
}

/**
 * The page contains who is signed in, so the console is not asked: it could refuse, and a browser reports each refusal as an error.
 * @param told what the page contains: a session, the information that nobody can sign in, or nothing
 * @param wasHere whether this browser had a session and did not end it
 */
export function whoIsHere(told: string, wasHere: boolean): Here {
  const said = told === '' ? {} : (JSON.parse(told) as Partial<Session> & { closed?: boolean });
  if (said.csrf !== undefined) return { session: said as Session, closed: false, over: false };
  return { session: null, closed: said.closed === true, over: wasHere };
}
