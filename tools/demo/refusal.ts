import { ask } from './http.ts';
import type { App } from '../apps/app.ts';

interface OwnerRequest {
  owner: string;
  state: string;
  outcome: string | null;
  lastError: string | null;
}

/** An owner's reason for refusing this module's request for good; null while it may still agree. */
export async function refusalOf({ url }: App, operatorToken: string): Promise<string | null> {
  const { body } = await ask(`${url}/spark/replication`, 'GET', undefined, operatorToken);
  return finalRefusal((body as { requests?: OwnerRequest[] } | null)?.requests ?? []);
}

/**
 * An unanswered request may still succeed; an owner that has read and refused it only changes its mind when someone changes
 * something.
 */
export function finalRefusal(requests: readonly OwnerRequest[]): string | null {
  const refused = requests.find(({ state, outcome }) => state === 'dead' && outcome === 'refused');
  return refused ? (refused.lastError ?? `${refused.owner} has refused the request`) : null;
}
