import { UnavailableError, type ChangeSet } from '@nestjs-spark/contracts';
import {
  decodeChangeSet,
  LogConflictError,
  LogFullError,
  type ContentBundle,
  type ControlBoard,
  type LeaseKeeper,
  type LogDescription,
  type LogMessage,
  type LogPayload,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { Nudge } from '@nestjs-spark/foundation/internal';

/** What the next append does instead of working. */
export type AppendFault = 'stored-unanswered' | 'not-stored';

interface Image {
  created: string;
  last: number;
  messages: LogMessage[];
}

/** One task's log in memory, with the faults of a real one. */
export class MemoryLog implements TaskLog {
  fault: AppendFault | null = null;
  /** What it does not take for what it holds, as a message over the server's bounds. */
  refuses: (set: ChangeSet) => boolean = () => false;
  readonly #limit: number;
  #image: Image = { created: 'stream-1', last: 0, messages: [] };
  #breaks = 0;
  readonly #readers = new Set<Nudge>();
  readonly #contents = new Map<string, Uint8Array>();

  constructor(limit = Infinity) {
    this.#limit = limit;
  }

  backup(): Image {
    return structuredClone(this.#image);
  }

  /** An operator puts an old stream back, under its old name and times. */
  restore(image: Image): void {
    this.#image = structuredClone(image);
    this.breakReaders();
  }

  purge(): void {
    this.#image.messages = [];
  }

  /** Somebody deletes the stream and it is made again: sequences start over. */
  recreate(): void {
    this.#image = { created: `stream-${Math.random()}`, last: 0, messages: [] };
    this.breakReaders();
  }

  breakReaders(): void {
    this.#breaks++;
    this.#wake();
  }

  async describe(): Promise<LogDescription> {
    return { created: this.#image.created, lastSequence: this.#image.last };
  }

  async tail(): Promise<LogMessage | null> {
    return this.#image.messages.at(-1) ?? null;
  }

  async append(message: LogPayload, afterSequence: number): Promise<number> {
    if (this.refuses(await decodeChangeSet(message))) throw new Error('it is over a bound');
    const { fault } = this;
    this.fault = null;
    if (fault === 'not-stored') throw new UnavailableError('The log cannot be reached');
    if ((this.#image.messages.at(-1)?.sequence ?? 0) !== afterSequence) throw new LogConflictError('the log');
    if (this.#image.messages.length >= this.#limit) throw new LogFullError('the log');
    const sequence = ++this.#image.last;
    this.#image.messages.push({ ...message, sequence });
    this.#wake();
    if (fault === 'stored-unanswered') throw new UnavailableError('The log cannot be reached');
    return sequence;
  }

  contents(afterSequence: number): ContentBundle {
    const name = `contents/${afterSequence}/${Math.random()}`;
    let stored = 0;
    return {
      name,
      store: async (content) => {
        const key = `${name}/${++stored}`;
        this.#contents.set(key, Buffer.concat(await Array.fromAsync(content)));
        return key;
      },
    };
  }

  async openContent(name: string): Promise<AsyncIterable<Uint8Array> | null> {
    const content = this.#contents.get(name);
    if (!content) return null;
    return (async function* () {
      yield content;
    })();
  }

  /** Loses all contents, as a bucket that somebody deleted. */
  loseContents(): void {
    this.#contents.clear();
  }

  async *read(sequence: number, signal: AbortSignal): AsyncGenerator<LogMessage, void, undefined> {
    const nudge = new Nudge();
    const breaks = this.#breaks;
    let next = sequence;
    this.#readers.add(nudge);
    try {
      while (!signal.aborted) {
        if (breaks !== this.#breaks) throw new UnavailableError('The log cannot be reached');
        const message = this.#image.messages.find((candidate) => candidate.sequence >= next);
        if (message) {
          next = message.sequence + 1;
          yield message;
        } else {
          await nudge.wait(signal);
        }
      }
    } finally {
      this.#readers.delete(nudge);
    }
  }

  async trim(sequence: number): Promise<void> {
    const { messages } = this.#image;
    const last = messages.at(-1)?.sequence ?? 0;
    this.#image.messages = messages.filter(
      (message) => message.sequence >= sequence || message.sequence === last,
    );
  }

  #wake(): void {
    for (const reader of this.#readers) reader.nudge();
  }
}

/** Last-value subjects in memory. */
export class MemoryControl implements ControlBoard {
  /** Takes nothing, as JetStream without a majority. */
  away = false;
  readonly #values = new Map<string, string>();

  /** Somebody deletes the stream: nothing is known any more. */
  lose(): void {
    this.#values.clear();
  }

  readonly #listeners = new Set<(subject: string) => void>();

  async publish<T extends object>(subject: string, value: T): Promise<void> {
    if (this.away) throw new UnavailableError('The board cannot be reached');
    this.#values.set(subject, JSON.stringify(value));
    for (const listener of this.#listeners) listener(subject);
  }

  async last<T extends object>(subject: string): Promise<T | null> {
    const text = this.#values.get(subject);
    return text === undefined ? null : (JSON.parse(text) as T);
  }

  async *watch<T extends object>(
    subjects: string,
    signal: AbortSignal,
  ): AsyncGenerator<{ subject: string; value: T }, void, undefined> {
    const pattern = patternOf(subjects);
    const due = [...this.#values.keys()].filter((subject) => pattern.test(subject));
    const nudge = new Nudge();
    const listener = (subject: string): void => {
      if (pattern.test(subject)) due.push(subject);
      nudge.nudge();
    };
    this.#listeners.add(listener);
    try {
      while (!signal.aborted) {
        const subject = due.shift();
        const text = subject === undefined ? undefined : this.#values.get(subject);
        if (subject !== undefined && text !== undefined) yield { subject, value: JSON.parse(text) as T };
        else await nudge.wait(signal);
      }
    } finally {
      this.#listeners.delete(listener);
    }
  }
}

/** As NATS matches: `*` is one token, `>` all that follow. */
function patternOf(subjects: string): RegExp {
  const escaped = subjects.replaceAll('.', '\\.').replaceAll('*', '[^.]+').replaceAll('>', '.+');
  return new RegExp(`^${escaped}$`);
}

/** Grants every lease to everyone: nothing that is correct may rest on it. */
export class OpenLeases implements LeaseKeeper {
  async whileHeld(
    _name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
  ): Promise<void> {
    while (!signal.aborted) {
      await work(signal);
      if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
}
