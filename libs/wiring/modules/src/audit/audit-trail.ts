import type { IncomingMessage } from 'node:http';
import { performance } from 'node:perf_hooks';
import type { AuditLog } from '@nestjs-spark/contracts/internal';
import { describeError, Repeats, sameName, type Logger } from '@nestjs-spark/foundation/internal';
import type { Refusal, Refusals } from '@nestjs-spark/observability/internal';
import { Counter, type Registry } from 'prom-client';
import type { AuditEntry } from './audit-entry.ts';

const LONGEST_TEXT = 500;
/** Requests alike in everything are one entry for this long. */
const BETWEEN_ALIKE_MS = 10_000;
/** Entries that wait to be written at once; what comes beyond is in the log only. */
const MOST_WAITING = 100;

export interface AuditTrailParts {
  /** This module: what it asks itself is not news. */
  own: string;
  audit: AuditLog;
  refusals: Pick<Refusals, 'record'> | null;
  metrics: Registry | null;
  log: Logger;
}

/** What is known of a refusal beside the request itself. */
export interface Known {
  /** Who asked, where it was proved. */
  who: string | null;
  reason: string | null;
}

/** A request of somebody who is known, and what came of it. */
export interface AnsweredRequest {
  who: string;
  method: string;
  /** Without its query. */
  path: string;
  status: number;
  reason: string | null;
}

/**
 * Records who asked for what and what was decided: in the log, in `/metrics`, and in the audit log. Strangers cannot fill it:
 * of refusals alike the first of a minute is kept, of other requests alike the first of ten seconds, with how many there were.
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

  /** A request that was refused because of who asks. */
  refused(refusal: Refusal, known: Known): void {
    this.#counter?.inc({ decision: 'refused' });
    const repeated = this.#parts.refusals ? this.#parts.refusals.record(refusal) : 0;
    if (repeated === null) return;
    const { status, method, path, claimed } = refusal;
    this.#keep({ ...known, claimed, method, path, decision: 'refused', status, repeated });
  }

  /** Remembers why a request cannot be carried out, or what it changed, until it is answered. */
  explain(request: IncomingMessage, reason: string): void {
    this.#reasons.set(request, reason);
  }

  /** What `explain` was told of a request. */
  reasonOf(request: IncomingMessage): string | null {
    return this.#reasons.get(request) ?? null;
  }

  /** A request that changes something, or wants to. What was refused because of who asks is recorded by `refused`. */
  answered({ who, method, path, status, reason }: AnsweredRequest): void {
    if (status === 401 || status === 403 || sameName(who, this.#parts.own)) return;
    const decision = status < 400 ? 'allowed' : 'failed';
    this.#counter?.inc({ decision });
    // What was changed is said of what was allowed only, so that nobody can make entries unlike each other by what is refused.
    const change = decision === 'allowed' ? reason : null;
    const alike = JSON.stringify([who, method, path, status, change]);
    const repeated = this.#alike.leftOut(alike, performance.now());
    if (repeated === null) return;
    const because = reason === null ? '' : ` (${reason})`;
    this.#parts.log.log(`${who} asked for ${method} ${path.slice(0, LONGEST_TEXT)}: ${status}${because}`);
    this.#keep({ who, claimed: who, method, path, decision, status, reason, repeated });
  }

  /** Waits until what was recorded is written. */
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

/** Several identities in one application count together. */
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
