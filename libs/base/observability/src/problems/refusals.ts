import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import { Repeats } from '@nestjs-spark/foundation/internal';
import { Counter } from 'prom-client';
import { logFor } from '../logging/log-for.ts';
import { MetricsRegistry } from '../metrics/metrics-registry.ts';

const BETWEEN_WARNINGS_MS = 60_000;
const LONGEST_SHOWN = 100;

/** A request that was refused because of who sent it. */
export interface Refusal {
  status: 401 | 403;
  method: string;
  /** Without the query. */
  path: string;
  /** Who the request claims to be from; null if it makes no claim. With 401 the claim is unverified. */
  claimed: string | null;
}

/** Records every request that was refused because of who sent it: each in `/metrics`, the first per minute in the log. */
@Injectable()
export class Refusals {
  private readonly log = logFor('Refusals');
  private readonly repeats = new Repeats(BETWEEN_WARNINGS_MS);
  private readonly counter: Counter<'status'>;

  constructor({ registry }: MetricsRegistry) {
    this.counter = new Counter({
      name: 'spark_requests_refused_total',
      help: 'Requests that were refused because of the caller.',
      labelNames: ['status'],
      registers: [registry],
    });
  }

  /** @returns how many similar ones were dropped since the last one logged; null when this one is dropped too */
  record({ status, method, path, claimed }: Refusal): number | null {
    this.counter.inc({ status: String(status) });
    // Unverified names are not counted separately: made-up ones would flood the log.
    const kind = status === 401 ? '401' : `403 ${claimed}`;
    const leftOut = this.repeats.leftOut(kind, performance.now());
    if (leftOut === null) return null;
    const who =
      claimed === null
        ? 'the request names no module'
        : `the caller ${status === 401 ? 'claims to be' : 'is'} ${shown(claimed)}`;
    const more = leftOut > 0 ? ` (and ${leftOut} more since the last such message)` : '';
    this.log.warn(`Refused ${method} ${shown(path)} with ${status}: ${who}${more}`);
    return leftOut;
  }
}

/** Quoted and escaped, so that it cannot pass for a message of this module. */
function shown(text: string): string {
  return JSON.stringify(text.slice(0, LONGEST_SHOWN));
}
