import type { RegistryDocument } from '@nestjs-spark/contracts/internal';
import { DEPLOY } from '../../test/support/outsider.ts';
import { type ForeignModule, foreignModule, type TokenFor } from '../../test/support/module-tokens.ts';

/** An external module: registered, with its own key. */
export class Attacker {
  readonly name: string;
  readonly #module: ForeignModule;

  private constructor(name: string, module: ForeignModule) {
    this.name = name;
    this.#module = module;
  }

  static async named(name: string): Promise<Attacker> {
    return new Attacker(name, await foreignModule(name));
  }

  get document(): RegistryDocument {
    return {
      AppName: this.name,
      AppUrl: 'http://127.0.0.1:9',
      DatabaseName: `Spark${this.name}`,
      RegisteredAtUtc: '2026-02-03T10:11:12.1234567Z',
      PublicKey: this.#module.publicKey,
    };
  }

  /** @param bend what is wrong with its token */
  async deploy(url: string, body: string, bend: Partial<TokenFor> = {}): Promise<Response> {
    const token = await this.#module.token({
      audience: 'Fleet',
      method: 'POST',
      path: DEPLOY,
      body,
      ...bend,
    });
    return post(url, body, `Bearer ${token}`);
  }
}

export function bodyOf({ name }: Attacker, sourceCollection: string, script: string): string {
  return JSON.stringify({
    requestingModule: name,
    targetDatabase: `Spark${name}`,
    targetUrls: ['http://127.0.0.1:8080'],
    scripts: [{ sourceCollection, script }],
  });
}

async function post(url: string, body: string, authorization?: string): Promise<Response> {
  const response = await fetch(`${url}${DEPLOY}`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
  });
  await response.arrayBuffer();
  return response;
}

interface Parties {
  url: string;
  /** The module that copies are shared with. */
  hr: Attacker;
  /** A module that nothing is shared with. */
  rude: Attacker;
}

interface Attack {
  /** The status it is refused with. */
  status: number;
  send(parties: Parties): Promise<Response>;
}

const SCRIPT = 'loadToCars({ Model: this.Model });';

/** Requests that are refused, each for another reason. */
export const REFUSED: Readonly<Record<string, Attack>> = {
  'without a credential (401)': {
    status: 401,
    send: ({ url, hr }) => post(url, bodyOf(hr, 'Cars', SCRIPT)),
  },
  'with garbage as one (401)': {
    status: 401,
    send: ({ url, hr }) => post(url, bodyOf(hr, 'Cars', SCRIPT), `Bearer ${'a.b.c'.repeat(200)}`),
  },
  'signed for another body (401)': {
    status: 401,
    send: ({ url, rude }) => rude.deploy(url, bodyOf(rude, 'Cars', SCRIPT), { body: 'another' }),
  },
  'in the name of another module (403)': {
    status: 403,
    send: ({ url, hr, rude }) => rude.deploy(url, bodyOf(hr, 'Cars', SCRIPT)),
  },
  'for what is not shared (403)': {
    status: 403,
    send: ({ url, rude }) => rude.deploy(url, bodyOf(rude, 'Cars', SCRIPT)),
  },
  'a body that is not JSON (400)': {
    status: 400,
    send: ({ url, rude }) => rude.deploy(url, '{'.repeat(2_000)),
  },
  'a body that is too large (413)': {
    status: 413,
    send: ({ url, rude }) => rude.deploy(url, JSON.stringify({ a: 'x'.repeat(300 * 1024) })),
  },
};
