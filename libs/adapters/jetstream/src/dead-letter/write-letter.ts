import type { JsMsg } from '@nats-io/jetstream';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { fromHeaders, isPublishable, toHeaders } from '../log/headers.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { DEAD_LETTERS } from '../provision/streams.ts';
import type { Attempt } from './attempt.ts';
import { type DeadLetter, LETTER_HEADER, letterId, letterSubject } from './letter.ts';

const SHORT_ERROR = 200;

export interface Verdict {
  module: string;
  /** The message's id for its consumer. */
  id: string;
  attempts: Attempt[];
  unanswered: number;
}

/** Stores each dead letter once, no matter how often and by whom it is written. */
export class DeadLetterWriter {
  readonly #connection: JetStreamConnection;
  readonly #provisioner: Provisioner;

  constructor(connection: JetStreamConnection) {
    this.#connection = connection;
    this.#provisioner = new Provisioner(connection);
  }

  /** @returns the letter as stored */
  async write(message: JsMsg, verdict: Verdict): Promise<DeadLetter> {
    await this.#provisioner.ensure(DEAD_LETTERS);
    return this.#connection.use(async ({ js, maxPayload }) => {
      const letter = fitting(describe(message, verdict), message.data.length, maxPayload);
      // Each letter has its own subject, so a second one is refused, however much later it comes.
      const options = { headers: toHeaders(headerOf(letter)), expect: { lastSubjectSequence: 0 } };
      const payload = letter.apart ? new Uint8Array() : message.data;
      await js.publish(letterSubject(letter.id), payload, options).catch((error: unknown) => {
        if (!isWrongLastSequence(error)) throw error;
      });
      return letter;
    });
  }
}

const headerOf = (letter: DeadLetter) => ({ [LETTER_HEADER]: JSON.stringify(letter) });

/** The letter with as much as fits into one message: its payload, all attempts, or at least the last one. */
function fitting(whole: DeadLetter, payloadBytes: number, maxPayload: number): DeadLetter {
  if (isPublishable(headerOf(whole), payloadBytes, maxPayload)) return whole;
  const apart = { ...whole, headers: {}, apart: true };
  if (isPublishable(headerOf(apart), 0, maxPayload)) return apart;
  const last = apart.attempts
    .slice(-1)
    .map((attempt) => ({ ...attempt, error: attempt.error.slice(0, SHORT_ERROR) }));
  return { ...apart, attempts: last };
}

function describe(message: JsMsg, { module, id, attempts, unanswered }: Verdict): DeadLetter {
  return {
    id: letterId(module, id),
    module,
    consumer: message.info.consumer,
    stream: message.info.stream,
    subject: message.subject,
    sequence: message.seq,
    publishedAt: message.time.toISOString(),
    failedAt: new Date().toISOString(),
    attempts,
    unanswered,
    headers: fromHeaders(message.headers),
  };
}
