import { UnavailableError, type ChangeSet } from '@nestjs-spark/contracts';
import {
  CONTENTS_HEADER,
  decodeChangeSet,
  LogConflictError,
  LogFullError,
  type ChangeLog,
  type ContentBundle,
  type LogDescription,
  type LogMessage,
  type LogPayload,
  type LogPlace,
  type LogStream,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { Nudge } from '@nestjs-spark/foundation/internal';

/** What the next append does instead of succeeding. */
export type AppendFault = 'stored-unanswered' | 'not-stored';

interface Stream {
  /** Null: not created yet. */
  created: string | null;
  last: number;
}

interface Image extends Stream {
  messages: LogMessage[];
}

/** Streams of logs in memory. `away` makes them behave as if their server were unreachable. */
export class MemoryChangeLog implements ChangeLog {
  away = false;
  readonly #limit: number;
  readonly #streams = new Map<string, Stream>();
  readonly #logs = new Map<string, MemoryLog>();

  /** @param limit how many messages a log can hold */
  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  async provision({ name }: LogStream): Promise<void> {
    if (this.away) throw new UnavailableError('The bus cannot be reached');
    this.#streamOf(name).created ??= `${name}-${Math.random()}`;
  }

  open({ stream, subject }: LogPlace): MemoryLog {
    const known = this.#logs.get(subject);
    if (known) return known;
    const made = new MemoryLog(this.#limit, this.#streamOf(stream), () => this.away);
    this.#logs.set(subject, made);
    return made;
  }

  #streamOf(name: string): Stream {
    const known = this.#streams.get(name) ?? { created: null, last: 0 };
    this.#streams.set(name, known);
    return known;
  }
}

/** One log in memory, with the faults of a real one. By itself it has its own stream. */
export class MemoryLog implements TaskLog {
  fault: AppendFault | null = null;
  /** Which change sets it refuses, as if they exceeded the server's limits; null: none. */
  refuses: ((set: ChangeSet) => boolean) | null = null;
  readonly #limit: number;
  readonly #stream: Stream;
  readonly #isAway: () => boolean;
  #messages: LogMessage[] = [];
  #breaks = 0;
  readonly #readers = new Set<Nudge>();
  readonly #contents = new Map<string, { bytes: Uint8Array; bundle: string }>();

  constructor(limit = Infinity, stream: Stream = { created: 'stream-1', last: 0 }, isAway = () => false) {
    this.#limit = limit;
    this.#stream = stream;
    this.#isAway = isAway;
  }

  backup(): Image {
    return structuredClone({ ...this.#stream, messages: this.#messages });
  }

  /** An operator restores an old stream, with its old name and times. */
  restore(image: Image): void {
    const { messages, ...stream } = structuredClone(image);
    Object.assign(this.#stream, stream);
    this.#messages = messages;
    this.breakReaders();
  }

  purge(): void {
    this.#messages = [];
  }

  /** The stream is deleted and recreated: sequences start over. */
  recreate(): void {
    Object.assign(this.#stream, { created: `stream-${Math.random()}`, last: 0 });
    this.#messages = [];
    this.breakReaders();
  }

  breakReaders(): void {
    this.#breaks++;
    this.#wake();
  }

  async describe(): Promise<LogDescription | null> {
    this.#requireUp();
    const { created, last } = this.#stream;
    return created === null ? null : { created, lastSequence: last };
  }

  async tail(): Promise<LogMessage | null> {
    this.#requireUp();
    return structuredClone(this.#messages.at(-1) ?? null);
  }

  async first(sequence: number): Promise<LogMessage | null> {
    this.#requireUp();
    return structuredClone(this.#messages.find((message) => message.sequence >= sequence) ?? null);
  }

  async append(message: LogPayload, afterSequence: number): Promise<number> {
    this.#requireThere();
    if (this.refuses?.(await decodeChangeSet(message))) throw new Error('it is over a bound');
    const { fault } = this;
    this.fault = null;
    if (fault === 'not-stored') throw new UnavailableError('The log cannot be reached');
    if ((this.#messages.at(-1)?.sequence ?? 0) !== afterSequence) throw new LogConflictError('the log');
    if (this.#messages.length >= this.#limit) throw new LogFullError('the log');
    const sequence = ++this.#stream.last;
    this.#store(message, sequence);
    if (fault === 'stored-unanswered') throw new UnavailableError('The log cannot be reached');
    return sequence;
  }

  /** Publishes as anyone with the permission can, regardless of the last message. @returns whether there was room */
  intrude(message: LogPayload): boolean {
    if (this.#messages.length >= this.#limit) return false;
    this.#store(message, ++this.#stream.last);
    return true;
  }

  contents(afterSequence: number): ContentBundle {
    const name = `contents/${afterSequence}/${Math.random()}`;
    let stored = 0;
    return {
      name,
      store: async (content) => {
        const key = `${name}/${++stored}`;
        this.#contents.set(key, { bytes: Buffer.concat(await Array.fromAsync(content)), bundle: name });
        return key;
      },
    };
  }

  async openContent(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    this.#requireUp();
    const content = this.#contents.get(name);
    if (!content) return null;
    return (async function* () {
      yield content.bytes;
    })();
  }

  /** Loses all contents, as when their bucket is deleted. */
  loseContents(): void {
    this.#contents.clear();
  }

  async *read(sequence: number, signal: AbortSignal): AsyncGenerator<LogMessage, void, undefined> {
    if (signal.aborted) return;
    this.#requireThere();
    const nudge = new Nudge();
    const breaks = this.#breaks;
    let next = sequence;
    this.#readers.add(nudge);
    try {
      while (!signal.aborted) {
        if (breaks !== this.#breaks) throw new UnavailableError('The log cannot be reached');
        const message = this.#messages.find((candidate) => candidate.sequence >= next);
        if (message) {
          next = message.sequence + 1;
          yield structuredClone(message);
        } else {
          await nudge.wait(signal);
        }
      }
    } finally {
      this.#readers.delete(nudge);
    }
  }

  async trim(sequence: number): Promise<void> {
    this.#requireUp();
    const last = this.#messages.at(-1)?.sequence ?? 0;
    const from = Math.min(sequence, last);
    this.#messages = this.#messages.filter((message) => message.sequence >= from);
    const used = this.#messages[0]?.headers[CONTENTS_HEADER];
    for (const [key, { bundle }] of this.#contents) {
      const followed = Number(bundle.split('/')[1]);
      if (followed < from && bundle !== used) this.#contents.delete(key);
    }
  }

  /** As sent over a wire: nobody can change it afterwards. */
  #store(message: LogPayload, sequence: number): void {
    this.#messages.push({ ...structuredClone(message), sequence });
    this.#wake();
  }

  #requireUp(): void {
    if (this.#isAway()) throw new UnavailableError('The bus cannot be reached');
  }

  #requireThere(): void {
    this.#requireUp();
    if (this.#stream.created === null) throw new UnavailableError('The stream cannot be reached');
  }

  #wake(): void {
    for (const reader of this.#readers) reader.nudge();
  }
}
