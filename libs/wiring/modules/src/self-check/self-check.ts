import { setTimeout as wait } from 'node:timers/promises';
import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import { messageOf, type Logger } from '@nestjs-spark/foundation/internal';
import type { HealthChecks } from '@nestjs-spark/observability';
import { readBounded } from '../call/read-bounded.ts';
import { parseAnswer, sendSigned, whyNoAnswer } from '../call/send-signed.ts';
import type { ModuleIdentity } from '../identify/module-identity.ts';
import type { OwnAddress } from '../register/own-address.ts';
import { judgeAnswer } from './judge-answer.ts';

const PATH = '/spark/self-check';
const TIMEOUT_MS = 5_000;
const ANSWER_BYTES = 16 * 1024;
const PAUSES_MS = [1_000, 5_000, 30_000, 60_000];
/** A load balancer sends nothing to an instance that has just begun to listen. */
const PATIENT_TRIES = 3;

export interface SelfCheckParts {
  address: OwnAddress;
  identity: Pick<ModuleIdentity, 'module' | 'keyId' | 'sign'>;
  checks: HealthChecks;
  log: Logger;
  /** Milliseconds before each further look; the last of them from then on. */
  pausesMs?: readonly number[];
}

/**
 * Calls this module at its own address, as other modules will, once it listens, until it is the module itself that answers.
 * What answers instead is reported in the log and in the health detail; it neither stops the application nor affects readiness,
 * because the address may be one that only others can reach.
 */
export class SelfCheck implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly parts: SelfCheckParts;
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private told: string | null = null;
  private detail = 'not called yet';

  constructor(parts: SelfCheckParts) {
    this.parts = parts;
  }

  onApplicationBootstrap(): void {
    this.parts.checks.add({ name: 'address', look: () => ({ ready: true, detail: this.detail }) });
    this.running = this.run(this.stopping.signal).catch((error: unknown) =>
      this.parts.log.warn(`The self-check failed: ${messageOf(error)}`),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(signal: AbortSignal): Promise<void> {
    const { address, pausesMs = PAUSES_MS } = this.parts;
    await address.listening(signal);
    const url = await address.known(signal);
    if (url === '') return;
    for (let tries = 1; !signal.aborted; tries++) {
      const found = await this.look(url, signal);
      if (signal.aborted) return;
      this.tell(url, found, tries);
      if (found === null) return;
      const pause = pausesMs[Math.min(tries, pausesMs.length) - 1];
      await wait(pause, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  private tell(url: string, found: Finding | null, tries: number): void {
    if (found === null) {
      if (this.told !== null) this.parts.log.log(`${url} is this module now`);
      this.detail = `${url} is this module`;
      return;
    }
    this.detail = `${url} is where other modules will ask, but ${found.words}`;
    if (found.words === this.told || (found.mayPass && tries < PATIENT_TRIES)) return;
    this.told = found.words;
    this.parts.log.warn(`Other modules will ask this one at ${url}, but ${found.words}`);
  }

  private async look(url: string, signal: AbortSignal): Promise<Finding | null> {
    const { identity } = this.parts;
    const target = new URL(`${url}${PATH}`);
    const body = JSON.stringify({ module: identity.module });
    const asked = { audience: identity.module, method: 'POST', path: target.pathname, body } as const;
    try {
      const response = await sendSigned({
        url: target,
        method: 'POST',
        token: await identity.sign(asked),
        body,
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      });
      const answer = {
        status: response.status,
        body: parseAnswer(await readBounded(response, ANSWER_BYTES)) ?? null,
        location: response.headers.location ?? null,
      };
      const words = judgeAnswer(answer, identity);
      return words === null ? null : { words, mayPass: response.status >= 500 };
    } catch (error) {
      const { timedOut, code, words } = whyNoAnswer(error);
      const why = timedOut ? 'no answer in time' : (code ?? words ?? 'unknown failure');
      return {
        words: `it cannot be reached from here (${why}). Correct SPARK_MODULE_URL or moduleUrl, unless only others reach it`,
        mayPass: true,
      };
    }
  }
}

interface Finding {
  words: string;
  /** A server that is not up yet looks the same. */
  mayPass: boolean;
}
