import { ProblemError } from '@nestjs-spark/contracts';
import type { ApiCaller } from '@nestjs-spark/auth';
import type { LiveProtocol, LiveReader } from '@nestjs-spark/auth/internal';
import { isListOf, isObject, isText, isWhole } from '@nestjs-spark/foundation/internal';
import { unknownFields } from '@nestjs-spark/observability/internal';
import { accessOf } from '../report/read-query.ts';
import type { JobAccess } from '../serve/access.ts';
import type { JobEvent, JobsService } from '../serve/jobs.service.ts';

/** How long to wait for a reader that accepts no data, in milliseconds. */
const PATIENCE_MS = 30_000;
const MOST_IDS = 1_000;
const MOST_LABELS = 16;

interface Subscription {
  jobIds: ReadonlySet<string> | null;
  labels: readonly string[] | null;
  after: number | undefined;
}

/** One reader of job events. A new subscription replaces the previous one. */
export class LiveConnection implements LiveProtocol {
  readonly demand = 'Send { "event": "auth", "data": { "token" } } first.';
  readonly #reader: LiveReader;
  readonly #jobs: JobsService;
  #subscribed: AbortController | null = null;

  constructor(reader: LiveReader, jobs: JobsService) {
    this.#reader = reader;
    this.#jobs = jobs;
  }

  tokenIn(message: Record<string, unknown>): unknown {
    if (message['event'] !== 'auth') return undefined;
    const { data } = message;
    return (isObject(data) && data['token']) ?? null;
  }

  authenticated(): void {
    this.#send('authenticated', {});
  }

  async take(message: Record<string, unknown>, caller: ApiCaller): Promise<void> {
    const { event, data = {} } = message;
    if (typeof event !== 'string' || !isObject(data))
      throw new ProblemError('invalid', 'A message has to be an object { event, data }.');
    if (event !== 'subscribe') throw new ProblemError('invalid', 'The event has to be subscribe or auth.');
    await this.#subscribe(subscriptionIn(data), accessOf(caller));
  }

  refused(problem: ProblemError): void {
    this.#send('error', problem.toProblem());
  }

  async #subscribe(subscription: Subscription, access: JobAccess): Promise<void> {
    this.#subscribed?.abort();
    const subscribed = new AbortController();
    this.#subscribed = subscribed;
    const signal = AbortSignal.any([subscribed.signal, this.#reader.gone]);
    const sequence = subscription.after ?? (await this.#jobs.position());
    this.#send('subscribed', { sequence });
    const feeds = [
      this.#jobs.events({ after: sequence }, signal, access),
      this.#jobs.progress({}, signal, access),
    ];
    const show = ({ sequence: at, type, data }: JobEvent) =>
      isWanted(data, subscription) ? { event: 'job', data: { ...data, sequence: at, type } } : null;
    for (const feed of feeds) void this.#reader.follow(feed, { signal, patienceMs: PATIENCE_MS, show });
  }

  #send(event: string, data: unknown): void {
    this.#reader.send({ event, data });
  }
}

function isWanted({ jobId, labels }: JobEvent['data'], of: Subscription): boolean {
  if (of.jobIds && !of.jobIds.has(jobId)) return false;
  return !of.labels || of.labels.some((label) => labels.includes(label));
}

function subscriptionIn({ jobIds, labels, after, ...others }: Record<string, unknown>): Subscription {
  const faults = [
    ...unknownFields(others, ['jobIds', 'labels', 'after'], '/data'),
    ...(jobIds === undefined || isListOf(isText(), MOST_IDS)(jobIds)
      ? []
      : [{ pointer: '/data/jobIds', detail: `has to be a list of at most ${MOST_IDS} ids` }]),
    ...(labels === undefined || isListOf(isText(), MOST_LABELS)(labels)
      ? []
      : [{ pointer: '/data/labels', detail: `has to be a list of at most ${MOST_LABELS} labels` }]),
    ...(after === undefined || isWhole(after)
      ? []
      : [{ pointer: '/data/after', detail: 'has to be the sequence of an event' }]),
  ];
  if (faults.length > 0) throw new ProblemError('invalid', 'This is not a subscription.', { errors: faults });
  return {
    jobIds: jobIds === undefined ? null : new Set(jobIds as string[]),
    labels: (labels as string[] | undefined) ?? null,
    after: after as number | undefined,
  };
}
