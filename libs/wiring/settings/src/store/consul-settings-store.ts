import { StoreRefusedError, UnavailableError, VersionConflictError } from '@nestjs-spark/contracts';
import type { HeldSettings, SettingsStore } from '@nestjs-spark/contracts/internal';
import {
  isListOf,
  isNullOr,
  isObjectOf,
  isText,
  isWhole,
  tokenFault,
} from '@nestjs-spark/foundation/internal';

/** Maximum duration of a blocking query; Consul adds up to a sixteenth. */
const WAIT_SECONDS = 60;
const ANSWER_MS = 5_000;
const NONE = '0';
const UNKNOWN = 'unknown';

export interface ConsulAddress {
  /** Such as `http://127.0.0.1:8500`. */
  address: string;
  key: string;
  /** Called for each request; undefined for none. */
  token: () => string | undefined;
}

/** Consul's response for a key. */
const isFound = isListOf(isObjectOf({ ModifyIndex: isWhole, Value: isNullOr(isText(Infinity)) }), 1);

/** A module's settings under one key of Consul, whose `ModifyIndex` is the revision. Uses the documented HTTP API. */
export class ConsulSettingsStore implements SettingsStore {
  readonly #at: ConsulAddress;

  constructor(at: ConsulAddress) {
    this.#at = at;
  }

  get place(): string {
    return `Consul (${this.#at.address}, ${this.#at.key})`;
  }

  async read(): Promise<HeldSettings> {
    return (await this.#get({ consistent: '' })).held;
  }

  async write(text: string, revision: string): Promise<string> {
    const answer = await this.#ask('PUT', { cas: revision }, ANSWER_MS, text);
    if ((await answer.text()).trim() !== 'true') throw new VersionConflictError('The settings');
    const held = await this.read();
    // Consul does not return the new revision; if someone has written again since, it is that one's.
    return held.text === text ? held.revision : UNKNOWN;
  }

  async changed(revision: string, signal: AbortSignal): Promise<void> {
    try {
      const { held, index } = await this.#get({ consistent: '' }, ANSWER_MS, signal);
      if (held.revision !== revision) return;
      const query = { index: String(index), wait: `${WAIT_SECONDS}s` };
      await this.#get(query, WAIT_SECONDS * 1_100 + ANSWER_MS, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async #get(
    query: Record<string, string>,
    withinMs = ANSWER_MS,
    signal?: AbortSignal,
  ): Promise<{ held: HeldSettings; index: number }> {
    const answer = await this.#ask('GET', query, withinMs, undefined, signal);
    // Below 1 it would not block, as after Consul's own data was restored.
    const index = Math.max(1, Number(answer.headers.get('x-consul-index')) || 1);
    if (answer.status === 404) {
      await answer.body?.cancel();
      return { held: { text: null, revision: NONE }, index };
    }
    const found: unknown = await answer.json().catch(() => null);
    const [first] = isFound(found) ? found : [];
    if (!first) throw new UnavailableError(`${this.place} did not answer as Consul does`);
    const text = Buffer.from(first.Value ?? '', 'base64').toString('utf8');
    return { held: { text, revision: String(first.ModifyIndex) }, index };
  }

  async #ask(
    method: string,
    query: Record<string, string>,
    withinMs: number,
    body?: string,
    signal?: AbortSignal,
  ): Promise<Response> {
    const { address, key, token } = this.#at;
    const url = new URL(`${address.replace(/(?<!\/)\/+$/, '')}/v1/kv/${key}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const late = AbortSignal.timeout(withinMs);
    const secret = token();
    const fault = secret === undefined ? null : tokenFault('CONSUL_HTTP_TOKEN', secret);
    if (fault !== null) throw new StoreRefusedError(fault);
    const answer = await fetch(url, {
      method,
      redirect: 'error',
      signal: signal ? AbortSignal.any([signal, late]) : late,
      headers: secret === undefined ? {} : { 'x-consul-token': secret },
      ...(body === undefined ? {} : { body }),
    }).catch((cause: unknown) => {
      throw new UnavailableError(`${this.place} cannot be reached`, { cause });
    });
    if (answer.ok || answer.status === 404) return answer;
    await answer.body?.cancel();
    throw this.#refusal(answer.status);
  }

  #refusal(status: number): Error {
    const said = `${this.place} answered ${status}`;
    if (status === 403)
      return new StoreRefusedError(
        `${said}: give the token of CONSUL_HTTP_TOKEN the policy to read and write the key`,
      );
    if (status === 429 || status >= 500) return new UnavailableError(said, { answered: true });
    return new StoreRefusedError(said);
  }
}
