import type { CounterCopy, TimeSeriesEntry } from '@nestjs-spark/contracts';
import type { SourceExtras } from '@nestjs-spark/contracts/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { readCounters } from './read-counters.ts';
import { readTimeSeries } from './read-time-series.ts';

/** Attachments, counters and time series of one RavenDB database. */
export class RavenSourceExtras implements SourceExtras {
  readonly #http: RavenHttp;

  constructor(http: RavenHttp) {
    this.#http = http;
  }

  counters(wanted: { id: string; names: string[] }[]): Promise<CounterCopy[][]> {
    return readCounters(this.#http, wanted);
  }

  timeSeries(id: string, name: string, from: string | null, to: string | null): Promise<TimeSeriesEntry[]> {
    return readTimeSeries(this.#http, id, name, from, to);
  }

  async openAttachment(
    id: string,
    name: string,
  ): Promise<{ hash: string; content: AsyncIterable<Uint8Array> } | null> {
    const answer = await this.#http.stream(this.#http.path('/attachments', { id, name }));
    if (!answer) return null;
    return { hash: String(answer.headers['attachment-hash'] ?? ''), content: answer.body };
  }
}
