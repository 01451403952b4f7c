import { DEAD_LETTERS_STREAM } from '@nestjs-spark/contracts/internal';
import type { StoredMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import { nameKey } from '@nestjs-spark/foundation/internal';
import type { JetStreamConnection, JetStreamHandle } from '../connect/connection.ts';
import { isStreamNotFound, isWrongLastSequence } from '../connect/failures.ts';
import { fromHeaders, isPublishable, toHeaders } from '../log/headers.ts';
import { readMessages, type ReadRequest } from '../log/read-messages.ts';
import {
  type DeadLetter,
  isLetterId,
  LETTER_HEADER,
  letterSubject,
  letterSubjects,
  readLetter,
  REPLAY_FOR_HEADER,
} from './letter.ts';

/**
 * The outcome of a replay. `superseded`: a newer command has the subject, so the letter was only removed. `too-large`: the
 * message leaves no room for what a replay adds. `gone`: its payload was not kept in the letter, and its stream no longer has it.
 */
export type ReplayOutcome = 'replayed' | 'superseded' | 'not-found' | 'too-large' | 'gone';

const NEVER = new AbortController().signal;

/** The dead letters of one module, or of all. Every method throws `UnavailableError` while NATS is unavailable. */
export class DeadLetterStore {
  readonly #connection: JetStreamConnection;
  readonly #module: string | undefined;

  /** @param module limits the store to this module's letters; default: all modules */
  constructor(connection: JetStreamConnection, module?: string) {
    this.#connection = connection;
    this.#module = module;
  }

  /** The letters without their payloads, oldest first. @param subject only those of messages on this subject */
  async list(subject?: string): Promise<DeadLetter[]> {
    const letters: DeadLetter[] = [];
    try {
      for await (const message of readMessages(this.#connection, this.#all(), NEVER)) {
        const letter = parse(message.headers, message.subject);
        if (letter && (subject === undefined || letter.subject === subject)) letters.push(letter);
      }
    } catch (error) {
      if (!isStreamNotFound(error)) throw error;
    }
    return letters;
  }

  /** How many there are; cheap. */
  async count(): Promise<number> {
    const filter = letterSubjects(this.#module);
    const info = await this.#whenThere(({ jsm }) =>
      jsm.streams.info(DEAD_LETTERS_STREAM, { subjects_filter: filter }),
    );
    return Object.keys(info?.state.subjects ?? {}).length;
  }

  /** The letter with its payload (null if it was not kept in the letter and is gone), or null. */
  async get(id: string): Promise<(DeadLetter & { payload: Uint8Array | null }) | null> {
    const message = await this.#read(id);
    const letter = message && parse(message.header, message.subject);
    if (!letter?.apart) return letter && { ...letter, payload: message.data };
    const original = await this.#connection.use((handle) => readOriginal(handle, letter));
    return { ...letter, headers: fromHeaders(original?.header), payload: original?.data ?? null };
  }

  /**
   * Publishes the message again for the handler that failed, and removes the letter. A command superseded by a newer one is not
   * published again.
   */
  async replay(id: string): Promise<ReplayOutcome> {
    const letter = await this.get(id);
    if (!letter) return 'not-found';
    const { payload } = letter;
    if (payload === null) return 'gone';
    const outcome = await this.#connection.use((handle) => publishAgain(handle, letter, payload));
    if (outcome !== 'too-large') await this.remove(id);
    return outcome;
  }

  /** Removes a letter. Returns whether it existed. */
  async remove(id: string): Promise<boolean> {
    if (!this.#isMine(id)) return false;
    const filter = letterSubject(id);
    const result = await this.#whenThere(({ jsm }) => jsm.streams.purge(DEAD_LETTERS_STREAM, { filter }));
    return (result?.purged ?? 0) > 0;
  }

  #all(): ReadRequest {
    const subjects = letterSubjects(this.#module);
    return {
      stream: DEAD_LETTERS_STREAM,
      subjects,
      from: 'last-per-subject',
      headersOnly: true,
      toEnd: true,
    };
  }

  async #read(id: string): Promise<StoredMsg | null> {
    if (!this.#isMine(id)) return null;
    const query = { last_by_subj: letterSubject(id) };
    return this.#whenThere(({ jsm }) => jsm.streams.getMessage(DEAD_LETTERS_STREAM, query));
  }

  #isMine(id: string): boolean {
    return isLetterId(id) && (!this.#module || id.startsWith(`${nameKey(this.#module)}.`));
  }

  async #whenThere<T>(work: (handle: JetStreamHandle) => Promise<T>): Promise<T | null> {
    try {
      return await this.#connection.use(work);
    } catch (error) {
      if (isStreamNotFound(error)) return null;
      throw error;
    }
  }
}

/** The failed message, if its stream still has it. */
async function readOriginal({ jsm }: JetStreamHandle, letter: DeadLetter): Promise<StoredMsg | null> {
  try {
    const original = await jsm.streams.getMessage(letter.stream, { seq: letter.sequence });
    const isIt = original?.subject === letter.subject && original.time.toISOString() === letter.publishedAt;
    return isIt ? original : null;
  } catch (error) {
    if (isStreamNotFound(error)) return null;
    throw error;
  }
}

/** `superseded`: the stream keeps only the last value per subject, and the subject has a newer message. */
async function publishAgain(
  { js, jsm, maxPayload }: JetStreamHandle,
  letter: DeadLetter,
  payload: Uint8Array,
): Promise<'replayed' | 'superseded' | 'too-large'> {
  const added = { ...letter.headers, [REPLAY_FOR_HEADER]: letter.consumer };
  if (!isPublishable(added, payload.length, maxPayload)) return 'too-large';
  const headers = toHeaders(added);
  const { config } = await jsm.streams.info(letter.stream);
  if (config.max_msgs_per_subject !== 1) {
    await js.publish(letter.subject, payload, { headers, expect: { streamName: letter.stream } });
    return 'replayed';
  }
  const last = await jsm.streams.getMessage(letter.stream, { last_by_subj: letter.subject });
  if (last && last.seq > letter.sequence) return 'superseded';
  try {
    await js.publish(letter.subject, payload, {
      headers,
      expect: { streamName: letter.stream, lastSubjectSequence: last?.seq ?? 0 },
    });
    return 'replayed';
  } catch (error) {
    if (isWrongLastSequence(error)) return 'superseded';
    throw error;
  }
}

function parse(headers: MsgHdrs | undefined, subject: string): DeadLetter | null {
  const text = headers?.get(LETTER_HEADER);
  return text ? readLetter(text, subject) : null;
}
