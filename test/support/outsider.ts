import type { Answer } from './http.ts';
import type { Member } from './member.ts';
import { type ForeignModule, foreignModule, type TokenFor } from './module-tokens.ts';
import type { World } from './world.ts';

export const DEPLOY = '/spark/etl/deploy';

/** A module from outside that is registered like any other and speaks the contract only. */
export interface Outsider extends ForeignModule {
  /** Sends a signed request for scripts; a string goes as it is. */
  deploy<T>(owner: Member, body: unknown, bend?: Partial<TokenFor>): Promise<Answer<T>>;
}

export async function registerOutsider(world: World, name: string, appUrl: string): Promise<Outsider> {
  const module = await foreignModule(name);
  await world.register({
    AppName: name,
    AppUrl: appUrl,
    DatabaseName: `Spark${name}`,
    RegisteredAtUtc: '2026-02-03T10:11:12.1234567Z',
    PublicKey: module.publicKey,
  });
  return {
    ...module,
    async deploy(owner, body, bend = {}) {
      const text = typeof body === 'string' ? body : JSON.stringify(body);
      const token = await module.token({
        audience: owner.name,
        method: 'POST',
        path: DEPLOY,
        body: text,
        ...bend,
      });
      return owner.ask(DEPLOY, { method: 'POST', body: text, headers: { authorization: `Bearer ${token}` } });
    },
  };
}
