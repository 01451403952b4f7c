import type { JetStreamRequests } from '@nestjs-spark/jetstream/internal';
import { questionSubject } from '../carry/names.ts';
import type { DriftStore } from '../drift/drift-store.ts';
import {
  type Answering,
  halfOf,
  packObject,
  PAGE,
  type Question,
  type QuestionKind,
  readQuestion,
} from './questions.ts';

export interface AnswerPeersParts {
  readonly service: string;
  readonly node: string;
  readonly store: DriftStore;
  readonly requests: Pick<JetStreamRequests, 'answer'>;
  /** Whether this node may answer for the service, and the position up to which it has applied the log. */
  state(): { isReady: boolean; position: number };
  hasEntity(entity: string): boolean;
  /** Begins a snapshot. @returns whether this node can take one */
  beginSnapshot(): boolean;
}

/** Answers requests of other nodes. */
export class AnswerPeers {
  readonly #parts: AnswerPeersParts;

  constructor(parts: AnswerPeersParts) {
    this.#parts = parts;
  }

  /** @returns when aborted */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#answer('read', 'ready', (question) => this.#read(question), signal),
      // Answered immediately: a snapshot takes longer than a node waits for an answer.
      this.#answer('snapshot', 'ready', async () => (this.#parts.beginSnapshot() ? {} : null), signal),
      this.#answer('digest', null, (question) => this.#digest(question), signal),
      this.#answer('heads', null, (question) => this.#heads(question), signal),
    ]);
  }

  /** A node that is not ready leaves the queue group, so that requests go to the others. */
  async #answer(
    kind: QuestionKind,
    group: string | null,
    answerer: (question: Question) => Promise<object | null>,
    signal: AbortSignal,
  ): Promise<void> {
    const { service, requests, node } = this.#parts;
    await requests.answer(
      questionSubject(service, kind),
      group,
      async (bytes, most) => {
        const question = await readQuestion(bytes);
        const isMine = question !== null && (question.to === null || question.to === node);
        const isAbout =
          question !== null && (question.entity === '*' || this.#parts.hasEntity(question.entity));
        if (question === null || !isMine || !isAbout || !this.#parts.state().isReady) return null;
        return this.#fitting(question, answerer, most);
      },
      signal,
    );
  }

  /** As much of the answer as a message may have: whoever asks asks for the rest. */
  async #fitting(
    question: Question,
    answerer: (question: Question) => Promise<object | null>,
    most: number,
  ): Promise<Uint8Array | null> {
    for (let asked: Question | null = question; asked !== null; asked = halfOf(asked)) {
      const answer = await answerer(asked);
      const packed = answer && (await packObject({ ...this.#who(), ...answer }));
      if (packed === null || packed.length <= most) return packed;
    }
    throw new Error(`the answer has more than ${most} bytes, even for a single document`);
  }

  #who(): Answering {
    return { node: this.#parts.node, position: this.#parts.state().position };
  }

  #read({ entity, id, skip = 0, take = PAGE }: Question): Promise<object> {
    return this.#parts.store.documents(entity, id === undefined ? { skip, take } : { id });
  }

  async #digest({ entity }: Question): Promise<object> {
    return { digest: await this.#parts.store.digest(entity) };
  }

  async #heads({ entity, buckets, records }: Question): Promise<object> {
    const { store } = this.#parts;
    if (records === undefined) return { ...(await store.side(entity, buckets ?? [])), events: [] };
    const events = await store.events(entity, records);
    return {
      ...(await store.sideOf(entity, records)),
      events: events.map((event) => JSON.stringify(event)),
    };
  }
}
