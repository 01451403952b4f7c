import type { JetStreamRequests } from '@nestjs-spark/jetstream/internal';
import { questionSubject } from '../carry/names.ts';
import {
  packObject,
  type Question,
  type QuestionKind,
  readDigestAnswer,
  readHeadsAnswer,
  readReadAnswer,
  type ReadAnswer,
} from './questions.ts';

const TIMEOUT_MS = 5_000;

/**
 * Sends requests to other nodes of the service.
 * Each method returns null if no node answers, and throws `UnavailableError` while NATS is down.
 */
export class AskPeers {
  readonly #requests: JetStreamRequests;
  readonly #service: string;

  constructor(requests: JetStreamRequests, service: string) {
    this.#requests = requests;
    this.#service = service;
  }

  /** Reads from any ready node. */
  async read(
    entity: string,
    wanted: { id: string } | { skip: number; take: number },
  ): Promise<ReadAnswer | null> {
    const answer = await this.#ask('read', { entity, to: null, ...wanted });
    return answer && readReadAnswer(answer);
  }

  async digest(to: string, entity: string) {
    const answer = await this.#ask('digest', { entity, to });
    return answer && readDigestAnswer(answer);
  }

  async heads(to: string, entity: string, wanted: Pick<Question, 'buckets' | 'records'>) {
    const answer = await this.#ask('heads', { entity, to, ...wanted });
    return answer && readHeadsAnswer(answer);
  }

  /** Makes any ready node begin a snapshot. @returns whether one did */
  async snapshot(): Promise<boolean> {
    return (await this.#ask('snapshot', { entity: '*', to: null })) !== null;
  }

  async #ask(kind: QuestionKind, question: Question): Promise<Uint8Array | null> {
    return this.#requests.ask(questionSubject(this.#service, kind), await packObject(question), TIMEOUT_MS);
  }
}
