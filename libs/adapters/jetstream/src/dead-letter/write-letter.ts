import type { JsMsg } from '@nats-io/jetstream';
import type { JetStreamConnection } from '../connect/connection.ts';
import { isWrongLastSequence } from '../connect/failures.ts';
import { fromHeaders, headerBytes, toHeaders } from '../log/headers.ts';
import { Provisioner } from '../provision/provisioner.ts';
import { DEAD_LETTERS } from '../provision/streams.ts';
import type { Attempt } from './attempts.ts';
import { type DeadLetter, LETTER_HEADER, letterId, letterSubject } from './letter.ts';

export interface Verdict {
  module: string;
  /** The message's id for its consumer. */
  id: string;
  attempts: Attempt[];
  unanswered: number;
}

/** Stores dead letters, each once, whoever writes it how often. */
export class DeadLetterWriter {
  readonly #connection: JetStreamConnection;
  readonly #provisioner: Provisioner;

  constructor(connection: JetStreamConnection) {
    this.#connection = connection;
    this.#provisioner = new Provisioner(connection);
  }

  async write(message: JsMsg, verdict: Verdict): Promise<void> {
    await this.#provisioner.ensure(DEAD_LETTERS);
    const letter = describe(message, verdict);
    await this.#connection.use(async ({ js, maxPayload }) => {
      const header = { [LETTER_HEADER]: JSON.stringify(letter) };
      if (message.data.length + headerBytes(header) > maxPayload) {
        throw new Error(
          `${message.subject} is too large (${message.data.length} bytes) to be kept as a dead letter`,
        );
      }
      // Its subject is its own: the second one is refused, however much later it comes.
      const options = { headers: toHeaders(header), expect: { lastSubjectSequence: 0 } };
      await js.publish(letterSubject(letter.id), message.data, options).catch((error: unknown) => {
        if (!isWrongLastSequence(error)) throw error;
      });
    });
  }
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
