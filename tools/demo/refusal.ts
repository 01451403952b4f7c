import { ask } from './http.ts';
import type { App } from '../apps/app.ts';

interface OwnerRequest {
  owner: string;
  state: string;
  outcome: string | null;
  lastError: string | null;
}

/** What an owner answered when it refused this module's request for good; null while it may still agree. */
export async function refusalOf({ url }: App, operatorToken: string): Promise<string | null> {
  const { body } = await ask(`${url}/spark/replication`, 'GET', undefined, operatorToken);
  return finalRefusal((body as { requests?: OwnerRequest[] } | null)?.requests ?? []);
}

/** Nobody answering may pass; an owner that has read the request and refused it changes its mind only when somebody changes something. */
export function finalRefusal(requests: readonly OwnerRequest[]): string | null {
  const refused = requests.find(({ state, outcome }) => state === 'dead' && outcome === 'refused');
  return refused ? (refused.lastError ?? `${refused.owner} has refused the request`) : null;
}
