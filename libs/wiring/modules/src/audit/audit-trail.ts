import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import { describeError, Repeats, sameName, type Logger } from '@nestjs-spark/foundation/internal';
import type { Refusal, Refusals } from '@nestjs-spark/observability/internal';
import { Counter, type Registry } from 'prom-client';
import type { AuditEntry } from './audit-entry.ts';

const LONGEST_TEXT = 500;
/** Identical requests within this time are one entry. */
const BETWEEN_ALIKE_MS = 10_000;
/** Entries that may wait to be written; further ones are only logged. */
const MOST_WAITING = 100;

export interface AuditTrailParts {
  /** This module's name: its own requests are not recorded. */
  own: string;
  audit: AuditLog;
  refusals: Pick<Refusals, 'record'> | null;
  metrics: Registry | null;
  log: Logger;
}

/** What is known of a refusal besides the request itself. */
export interface Known {
  /** The caller, if authenticated. */
  who: string | null;
  reason: string | null;
}

/** A request of an authenticated caller, and its outcome. */
export interface AnsweredRequest {
  who: string;
  method: string;
  /** Without the query. */
  path: string;
  status: number;
  reason: string | null;
}

/**
 * Records who asked for what and what was decided: in the log, in `/metrics`, and in the audit log. Strangers cannot flood it: of
 * similar refusals the first per minute is recorded, of other similar requests the first per ten seconds, with their number.
 */
export class AuditTrail {
  readonly #parts: AuditTrailParts;
  readonly #alike = new Repeats(BETWEEN_ALIKE_MS);
  readonly #reasons = new WeakMap<IncomingMessage, string>();
  readonly #counter: Counter<'decision'> | null;
  #writing: Promise<void> = Promise.resolve();
  #waiting = 0;

  constructor(parts: AuditTrailParts) {
    this.#parts = parts;
    this.#counter = parts.metrics && counterIn(parts.metrics);
  }

  /** Records a request that was refused because of who sent it. */
  refused(refusal: Refusal, known: Known): void {
    this.#counter?.inc({ decision: 'refused' });
    const repeated = this.#parts.refusals ? this.#parts.refusals.record(refusal) : 0;
    if (repeated === null) return;
    const { status, method, path, claimed } = refusal;
    this.#keep({ ...known, claimed, method, path, decision: 'refused', status, repeated });
  }

  /** Remembers why a request cannot be executed, or what it changed, until it is answered. */
  explain(request: IncomingMessage, reason: string): void {
    this.#reasons.set(request, reason);
  }

  /** The reason that `explain` was given for a request. */
  reasonOf(request: IncomingMessage): string | null {
    return this.#reasons.get(request) ?? null;
  }

  /** Records a request that changes something, or attempts to. Refusals because of who sent it are recorded by `refused`. */
  answered({ who, method, path, status, reason }: AnsweredRequest): void {
    if (status === 401 || status === 403 || sameName(who, this.#parts.own)) return;
    const decision = status < 400 ? 'allowed' : 'failed';
    this.#counter?.inc({ decision });
    // The change is only recorded for allowed requests, so that refused ones cannot be made to look different from each other.
    const change = decision === 'allowed' ? reason : null;
    const alike = JSON.stringify([who, method, path, status, change]);
    const repeated = this.#alike.leftOut(alike, performance.now());
    if (repeated === null) return;
    const because = reason === null ? '' : ` (${reason})`;
    this.#parts.log.log(`${who} asked for ${method} ${path.slice(0, LONGEST_TEXT)}: ${status}${because}`);
    this.#keep({ who, claimed: who, method, path, decision, status, reason, repeated });
  }

  /** Waits until everything recorded is written. */
  async settled(): Promise<void> {
    await this.#writing;
  }

  #keep(entry: Omit<AuditEntry, 'at'>): void {
    if (this.#waiting >= MOST_WAITING) return;
    this.#waiting += 1;
    const cut = (text: string | null) => text && text.slice(0, LONGEST_TEXT);
    const kept: AuditEntry = {
      ...entry,
      who: cut(entry.who),
      at: new Date().toISOString(),
      claimed: cut(entry.claimed),
      path: entry.path.slice(0, LONGEST_TEXT),
      reason: cut(entry.reason),
    };
    this.#writing = this.#writing.then(() => this.#write(kept));
  }

  async #write(entry: AuditEntry): Promise<void> {
    try {
      await this.#parts.audit.add(entry);
    } catch (error) {
      this.#parts.log.debug(`An entry of the audit trail cannot be stored: ${describeError(error)}`);
    } finally {
      this.#waiting -= 1;
    }
  }
}

const METRIC = 'spark_requests_decided_total';

/** Several identities in one application share a counter. */
function counterIn(registry: Registry): Counter<'decision'> {
  const known = registry.getSingleMetric(METRIC);
  if (known instanceof Counter) return known;
  return new Counter({
    name: METRIC,
    help: 'Requests to /spark that change something, and all that were refused because of the caller, by decision.',
    labelNames: ['decision'],
    registers: [registry],
  });
}
