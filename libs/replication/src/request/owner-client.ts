import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import type { ModuleIdentity } from '../identity/module-identity.ts';
import type { OwnerAnswer } from './classify-answer.ts';
import { readBounded } from './read-bounded.ts';
import { parseAnswer, sendSigned, whyNoAnswer } from './send-signed.ts';

export interface OwnerCall {
  owner: string;
  method: 'GET' | 'POST';
  /** Below the owner's URL, with a leading slash. */
  path: string;
  /** Sent as JSON. */
  body?: object;
  timeoutMs?: number;
  signal?: AbortSignal;
}

export interface OwnerClientParts {
  registry: ModuleRegistry;
  identity: ModuleIdentity;
}

const TIMEOUT_MS = 30_000;
const ANSWER_BYTES = 256 * 1024;

/** Speaks to other modules in this one's name: looks the address up each time, signs each request, follows no redirect. */
export class OwnerClient {
  private readonly parts: OwnerClientParts;

  constructor(parts: OwnerClientParts) {
    this.parts = parts;
  }

  /** @throws {UnavailableError} when the registry is away; whatever happens at the owner is an answer, not an error */
  async call(call: OwnerCall): Promise<OwnerAnswer> {
    const found = await this.parts.registry.find(call.owner);
    if (!found) return { kind: 'not-registered', known: await this.known() };
    const url = joinUrl(found.appUrl, call.path);
    if (!url)
      return {
        kind: 'unreachable',
        reason: 'its registered AppUrl is no http(s) address without credentials',
      };
    const body = call.body === undefined ? undefined : JSON.stringify(call.body);
    const token = await this.parts.identity.sign({
      audience: found.appName,
      method: call.method,
      path: url.pathname,
      body,
    });
    return send(url, call, token, body);
  }

  private async known(): Promise<string[]> {
    const all = await this.parts.registry.list().catch(() => []);
    return all.map(({ appName }) => appName);
  }
}

async function send(
  url: URL,
  call: OwnerCall,
  token: string,
  body: string | undefined,
): Promise<OwnerAnswer> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
  const { method } = call;
  const signal = call.signal ? AbortSignal.any([call.signal, timeout]) : timeout;
  try {
    const response = await sendSigned({ url, method, token, body, signal });
    const text = await readBounded(response, ANSWER_BYTES);
    return { kind: 'answered', status: response.status, body: parseAnswer(text) ?? null };
  } catch (error) {
    return { kind: 'unreachable', reason: `${reasonOf(error)} (${url.origin})` };
  }
}

function joinUrl(base: string, path: string): URL | null {
  const joined = base.replace(/\/+$/, '') + path;
  if (!URL.canParse(joined)) return null;
  const url = new URL(joined);
  const usable = ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '';
  return usable ? url : null;
}

function reasonOf(error: unknown): string {
  const { timedOut, code, words } = whyNoAnswer(error);
  return timedOut ? 'no answer in time' : (code ?? words ?? 'unknown failure');
}
