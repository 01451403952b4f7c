import type { ModuleInformation, ModuleRegistry } from '@nestjs-spark/contracts/internal';
import { Breakers, nameKey, nearestName, sameName } from '@nestjs-spark/foundation/internal';
import type { KeyRing } from '../identify/key-ring.ts';
import type { ModuleIdentity } from '../identify/module-identity.ts';
import type { ActingFor } from '../identify/token-claims.ts';
import { readBounded } from './read-bounded.ts';
import { answered } from './answered.ts';
import { sendSigned, whyNoAnswer } from './send-signed.ts';

/** How a call to another module ended. */
export type ModuleAnswer =
  /** `retryAfterSeconds` is set when the module asks to wait. */
  | { kind: 'answered'; status: number; body: unknown; retryAfterSeconds?: number }
  | { kind: 'unreachable'; reason: string }
  /** `known` are the names of the registered modules, `nearest` the one that was probably meant. */
  | { kind: 'not-registered'; known?: readonly string[]; nearest?: string };

export interface ModuleCall {
  /** The module to call. */
  module: string;
  method: 'GET' | 'POST' | 'DELETE';
  /** The user acted for; only effective at modules that admit this one as a console. */
  act?: ActingFor;
  /** Appended to the module's URL; with a leading slash. */
  path: string;
  /** Sent as JSON. */
  body?: object;
  timeoutMs?: number;
  /** How much of the response is read. Default 256 KiB. */
  answerBytes?: number;
  signal?: AbortSignal;
}

/** Where a module gets the tokens of an identity provider. */
export interface TokenProvider {
  token(): Promise<string>;
  /** Is informed of a token that was refused. @returns whether another one may be obtained */
  forget(token: string): boolean;
}

export interface ModuleClientParts {
  registry: ModuleRegistry;
  identity: Pick<ModuleIdentity, 'sign'>;
  /** An identity provider, whose tokens are used in place of this module's own, except when it acts for a user. */
  provider?: TokenProvider | undefined;
  /** Decides whether a registry entry is trusted. */
  keys: Pick<KeyRing, 'doubt'>;
  /** The application's breakers. Default: its own. */
  breakers?: Breakers;
}

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 256 * 1024;

/**
 * Calls other modules in this module's name: looks up the address each time and trusts only the module's own entry, signs each
 * request, follows no redirect.
 */
export class ModuleClient {
  private readonly parts: ModuleClientParts;
  private readonly breakers: Breakers;
  /** By lower-case name: the last address of each module called. */
  private readonly addresses = new Map<string, string>();

  constructor(parts: ModuleClientParts) {
    this.parts = parts;
    this.breakers = parts.breakers ?? new Breakers();
  }

  /** Where a module was last called, for operators; null before the first call. */
  addressOf(module: string): string | null {
    return this.addresses.get(nameKey(module)) ?? null;
  }

  /**
   * @throws {UnavailableError} when the registry, the pinned keys or the identity provider are unavailable; every outcome at the
   *   other module is an answer, not an error
   */
  async call(call: ModuleCall): Promise<ModuleAnswer> {
    const { registry } = this.parts;
    const found = await registry.find(call.module);
    const all = found ? [found] : await registry.list().catch(() => []);
    // It may have registered since.
    const callee = all.find(({ appName }) => sameName(appName, call.module));
    if (!callee) return notRegistered(call.module, all);
    const doubt = await this.parts.keys.doubt(callee);
    if (doubt !== null) {
      return { kind: 'unreachable', reason: `its entry in the registry is not believed: ${doubt}` };
    }
    const url = joinUrl(callee.appUrl, call.path);
    if (!url) return { kind: 'unreachable', reason: whyUnusable(callee.appUrl) };
    this.addresses.set(nameKey(callee.appName), url.origin);
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const ask = async (token: string): Promise<ModuleAnswer> =>
      this.throughBreaker(callee.appName, () => send(url, call, token, body));
    const token = await this.tokenFor(callee.appName, url, call, body);
    const answer = await ask(token);
    // Nothing was done, and a deployment that is refused would not be sent again.
    const isRefused = answer.kind === 'answered' && answer.status === 401;
    if (!isRefused || call.act || this.parts.provider?.forget(token) !== true) return answer;
    return ask(await this.tokenFor(callee.appName, url, call, body));
  }

  /** A provider's token names no user, so calls on a user's behalf are signed with this module's own key. */
  private tokenFor(
    audience: string,
    { pathname: path }: URL,
    { method, act }: ModuleCall,
    body: string | undefined,
  ): Promise<string> {
    const { identity, provider } = this.parts;
    return provider && !act ? provider.token() : identity.sign({ audience, method, path, body, act });
  }

  private async throughBreaker(module: string, work: () => Promise<ModuleAnswer>): Promise<ModuleAnswer> {
    const breaker = this.breakers.of({
      target: `module:${module}`,
      isOutage: (error) => error instanceof Unreachable,
      refuse: ({ message }) => new Unreachable(message),
    });
    try {
      return await breaker.run(work);
    } catch (error) {
      if (error instanceof Unreachable) return { kind: 'unreachable', reason: error.message };
      throw error;
    }
  }
}

/** A request to a misspelled name would wait forever, so the known names are included. */
function notRegistered(module: string, all: readonly ModuleInformation[]): ModuleAnswer {
  const known = all.map(({ appName }) => appName);
  const nearest = nearestName(module, known);
  return { kind: 'not-registered', known, ...(nearest === null ? {} : { nearest }) };
}

class Unreachable extends Error {}

/** @throws {Unreachable} */
async function send(
  url: URL,
  call: ModuleCall,
  token: string,
  body: string | undefined,
): Promise<ModuleAnswer> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
  const { method } = call;
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    const response = await sendSigned({ url, method, token, body, signal });
    const text = await readBounded(response, call.answerBytes ?? ANSWER_BYTES);
    return answered(response, text);
  } catch (error) {
    const reason = `${reasonOf(error)} (${url.origin})`;
    // An aborted attempt says nothing about the module.
    if (call.signal?.aborted) return { kind: 'unreachable', reason };
    throw new Unreachable(reason);
  }
}

function joinUrl(base: string, path: string): URL | null {
  const joined = base.replace(/(?<!\/)\/+$/, '') + path;
  if (!URL.canParse(joined)) return null;
  const url = new URL(joined);
  const usable = ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
  return usable ? url : null;
}

function whyUnusable(appUrl: string): string {
  return appUrl === ''
    ? 'it runs without HTTP, so nobody can ask it'
    : 'its registered AppUrl is not an http or https address without credentials';
}

function reasonOf(error: unknown): string {
  const { timedOut, code, words } = whyNoAnswer(error);
  return timedOut ? 'no answer in time' : (code ?? words ?? 'unknown failure');
}
