import type { ModuleRegistry } from '@nestjs-spark/contracts/internal';
import type { ModuleIdentity } from '../identity/module-identity.ts';
import type { OwnerAnswer } from './classify-answer.ts';
import { readBounded } from './read-bounded.ts';

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
    if (!found) return { kind: 'not-registered' };
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
}

async function send(
  url: URL,
  call: OwnerCall,
  token: string,
  body: string | undefined,
): Promise<OwnerAnswer> {
  const timeout = AbortSignal.timeout(call.timeoutMs ?? TIMEOUT_MS);
  try {
    const response = await fetch(url, {
      method: call.method,
      headers: {
        authorization: `Bearer ${token}`,
        accept: 'application/json, application/problem+json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body ?? null,
      redirect: 'manual',
      signal: call.signal ? AbortSignal.any([call.signal, timeout]) : timeout,
    });
    const text = await readBounded(response, ANSWER_BYTES);
    return { kind: 'answered', status: response.status, body: parseJson(text) };
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** `fetch` hides what happened in the cause of its error. */
function reasonOf(error: unknown): string {
  const { name, message, cause } = Object(error) as { name?: unknown; message?: unknown; cause?: unknown };
  if (name === 'TimeoutError') return 'no answer in time';
  const inner = Object(cause) as { code?: unknown; message?: unknown };
  const said = [inner.code, inner.message, message].find((text) => typeof text === 'string' && text !== '');
  return typeof said === 'string' ? said : 'unknown failure';
}
