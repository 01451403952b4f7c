import { defineProblem, ProblemError, type Stored, VERSION } from '@nestjs-spark/contracts';
import type { AskPeers } from '../answer/ask-peers.ts';
import type { ReadAnswer } from '../answer/questions.ts';
import type { PeerEntity } from '../declare/find-entities.ts';

const NO_PEER = defineProblem('noReadyReplica', {
  title: 'No replica that is complete has answered',
  status: 503,
});

/** The answer of another node, and which node it was. */
export interface RemoteRead<T> {
  /** The node that answered. */
  readonly from: string;
  /** The position up to which it had applied the log. */
  readonly position: number;
  readonly value: T;
}

/**
 * Reads of replicated collections from a node that is ready, for a node that is not yet. Inject it by its class. Nothing is
 * cached: each read asks again. Writes always go to the node's own file.
 */
export class RemoteReads {
  readonly #peers: AskPeers;
  readonly #entities: readonly PeerEntity[];

  /** Constructed by the Nest module. */
  constructor(peers: AskPeers, entities: readonly PeerEntity[]) {
    this.#peers = peers;
    this.#entities = entities;
  }

  /**
   * A document from another node; the value is null if there is none with this id.
   * @throws {ProblemError} `noReadyReplica` (503) if no ready node answers within 5 s: try again later
   * @throws {UnavailableError} while NATS is down: try again later
   */
  async get<T extends object>(entity: new () => T, id: string): Promise<RemoteRead<Stored<T> | null>> {
    const { type, answer } = await this.#ask(entity, { id });
    const [value] = answer.items.map((item) => toStored<T>(type, item));
    return { from: answer.node, position: answer.position, value: value ?? null };
  }

  /**
   * A page of a collection from another node, ordered by id.
   * @param page `take` is at most 100
   * @throws {ProblemError} `noReadyReplica` (503) if no ready node answers within 5 s: try again later
   * @throws {UnavailableError} while NATS is down: try again later
   */
  async list<T extends object>(
    entity: new () => T,
    page: { skip?: number; take?: number } = {},
  ): Promise<RemoteRead<{ items: Stored<T>[]; total: number }>> {
    const { skip = 0, take = 25 } = page;
    const wanted = Math.min(100, take);
    const items: Stored<T>[] = [];
    for (;;) {
      const rest = { skip: skip + items.length, take: wanted - items.length };
      const { type, answer } = await this.#ask(entity, rest);
      const { node: from, position, total } = answer;
      items.push(...answer.items.map((item) => toStored<T>(type, item)));
      // Large documents do not all fit into one answer.
      const isAll = answer.items.length === 0 || items.length >= wanted || skip + items.length >= total;
      if (isAll) return { from, position, value: { items, total } };
    }
  }

  async #ask(
    entity: new () => object,
    wanted: { id: string } | { skip: number; take: number },
  ): Promise<{ type: PeerEntity; answer: ReadAnswer }> {
    const type = this.#entities.find((one) => one.type === entity);
    if (!type) throw new Error(`${entity.name} is not replicated: mark it with @ReplicatedEntity().`);
    const answer = await this.#peers.read(type.declaration.collection, wanted);
    if (answer) return { type, answer };
    throw new ProblemError(NO_PEER, 'No complete replica has answered within 5 s.', { retryAfterSeconds: 1 });
  }
}

function toStored<T>(
  { mapping }: PeerEntity,
  { id, document, version }: ReadAnswer['items'][number],
): Stored<T> {
  return Object.assign(mapping.read(document, id), { [VERSION]: version }) as Stored<T>;
}
