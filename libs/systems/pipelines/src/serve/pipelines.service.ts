import { createHash } from 'node:crypto';
import { noneWithId, ProblemError } from '@nestjs-spark/contracts';
import type { ApiCaller } from '@nestjs-spark/auth';
import { CommandRefusedError, type PipelineCommand } from '../aggregate/commands.ts';
import { replay } from '../aggregate/evolve.ts';
import type { PipelineState } from '../aggregate/state.ts';
import type { Position } from '../batch/batch.ts';
import { checkPosition } from '../connect/check-position.ts';
import { readDefinition } from '../definition/read-definition.ts';
import type { PipelinesNode } from '../own/pipelines-node.ts';
import { viewOf, type PipelineView } from '../project/view.ts';
import { answerOnce, type Answered } from '../store/answer-once.ts';
import { Letters, type GivenRecord, type Letter } from '../store/letters.ts';
import { NotedRequests } from '../store/noted-requests.ts';
import { RECORDS_LANE, type PipelineKey } from '../store/ports.ts';
import type { EventCursor } from './event-cursor.ts';
import { PipelinesFeed, type EventView } from './pipelines-feed.ts';
import { clusterView } from './cluster-view.ts';
import { KnownPipelines } from './known-pipelines.ts';
import { wrongPosition } from './problems.ts';
import { selectPipelines, type ListQuery } from './select-pipelines.ts';
import { throughTime, throughVersion } from './through-version.ts';
import { nameOf, requireChange, tenantOf } from './access.ts';

/** What changes a pipeline, besides its definition. */
export type Move = Exclude<
  PipelineCommand,
  { type: 'create' | 'update' | 'complete' | 'fail' | 'takeOwnership' }
>;

export interface Changed {
  view: PipelineView;
  /** It was requested with this key before, and was not done again. */
  isReplayed: boolean;
}

export interface HistoryQuery {
  after: EventCursor;
  take: number;
  /** Whether events of batches are wanted. */
  batches: boolean;
}

export interface CheckpointView {
  position: Position;
  batch: number;
  epoch: number;
  generation: number;
}

/**
 * Pipelines for callers with roles. Every method throws `ProblemError` where a caller may not do it or it is not possible;
 * `NoOwnerError` where no process owns the pipeline for 5 s: ask again, with the same key.
 */
export class PipelinesService {
  readonly #node: PipelinesNode;
  readonly #known: KnownPipelines;

  constructor(node: PipelinesNode) {
    this.#node = node;
    this.#known = new KnownPipelines(node.projection);
  }

  /** Creates a pipeline from a definition, YAML or JSON. @throws {DefinitionRefusedError} */
  async create(text: string, caller: ApiCaller, commandId: string | null): Promise<Changed> {
    const definition = readDefinition(text);
    const key = { tenant: tenantOf(caller), pipelineId: definition.pipelineId };
    return this.#node.submit(key, { type: 'create', definition }, { by: nameOf(caller), commandId });
  }

  /** Creates or changes a pipeline. @throws {DefinitionRefusedError} */
  async put(
    pipelineId: string,
    text: string,
    caller: ApiCaller,
    options: { commandId: string | null; ifVersion?: number; reset?: 'keep' | 'beginning' },
  ): Promise<Changed & { isNew: boolean }> {
    const definition = readDefinition(text);
    if (definition.pipelineId !== pipelineId.slice(pipelineId.lastIndexOf('/') + 1))
      throw new ProblemError('invalid', `The body's pipelineId is ${definition.pipelineId}.`);
    const { commandId, ifVersion, reset } = options;
    const there = this.#known.find(pipelineId, caller, 'named');
    if (!there && ifVersion !== undefined)
      throw new CommandRefusedError('other-version', 'It has no version: there is no such pipeline');
    if (!there && pipelineId.includes('/')) throw this.#known.unknown(pipelineId);
    if (there) requireChange(caller, there.key, there.state);
    const key = there?.key ?? { tenant: tenantOf(caller), pipelineId };
    const command = {
      type: 'update',
      definition,
      ...(!there && { creates: true }),
      ...(reset && { reset }),
      ...(ifVersion !== undefined && { ifVersion }),
    } as const;
    return this.#node.submit(key, command, { by: nameOf(caller), commandId });
  }

  async move(
    pipelineId: string,
    command: Move,
    caller: ApiCaller,
    commandId: string | null,
  ): Promise<Changed> {
    return this.#submit(pipelineId, command, caller, commandId);
  }

  /** Moves the position of a pipeline; null: to the beginning. */
  async moveCheckpoint(
    pipelineId: string,
    position: Position | null,
    caller: ApiCaller,
    commandId: string | null,
  ): Promise<Answered<CheckpointView>> {
    if (position) await this.#refuseWrong(pipelineId, position, caller);
    const { state, isReplayed } = await this.#submit(
      pipelineId,
      { type: 'resetCheckpoint', position },
      caller,
      commandId,
    );
    const { startsAt, epoch, generation } = state;
    return { answer: { position: startsAt ?? {}, batch: 0, epoch, generation }, isReplayed };
  }

  get(pipelineId: string, caller: ApiCaller): PipelineView {
    return this.#node.view(this.#known.need(pipelineId, caller).key) as PipelineView;
  }

  /** A pipeline as it was at a time, or when its definition had a version. */
  async asOf(
    pipelineId: string,
    caller: ApiCaller,
    at: { time: string } | { version: number },
  ): Promise<PipelineView> {
    const { key } = this.#known.need(pipelineId, caller);
    const entries = await this.#node.store.journal.load(key);
    const events = entries.map(({ event }) => event);
    const until = 'time' in at ? throughTime(events, at.time) : throughVersion(events, at.version);
    const position = entries[until.length - 1]?.position ?? 0;
    const state = replay(until);
    if (state.definition === null) throw new ProblemError('notFound', 'The pipeline did not exist then.');
    return viewOf(key, state, position, null);
  }

  list(query: ListQuery, caller: ApiCaller): { items: PipelineView[]; total: number } {
    const { skip, take } = query;
    const found = selectPipelines(this.#node.projection.list(), query, caller);
    const items = found.slice(skip, skip + take).map(({ key }) => this.#node.view(key) as PipelineView);
    return { items, total: found.length };
  }

  /** What has happened to a pipeline, with the last 4,096 events of batches of each of its lanes. */
  async history(pipelineId: string, caller: ApiCaller, query: HistoryQuery): Promise<EventView[]> {
    const { key } = this.#known.need(pipelineId, caller);
    const { after, take, batches } = query;
    return (await new PipelinesFeed(this.#node).history(key, after, batches)).slice(0, take);
  }

  /** Events of one pipeline, or of all that the caller may read, as they come. */
  events(
    query: { pipelineId?: string; after: EventCursor | 'now' },
    caller: ApiCaller,
    signal: AbortSignal,
  ): AsyncGenerator<EventView> {
    const { pipelineId, after } = query;
    const of = pipelineId === undefined ? {} : { key: this.#known.need(pipelineId, caller).key };
    return new PipelinesFeed(this.#node).events({ ...of, after }, caller, signal);
  }

  async checkpoint(pipelineId: string, caller: ApiCaller): Promise<CheckpointView> {
    const { key, state } = this.#known.need(pipelineId, caller);
    const { state: lane } = await this.#node.store.lanes.read(key, RECORDS_LANE);
    if (lane?.generation !== state.generation)
      return {
        position: state.startsAt ?? {},
        batch: 0,
        epoch: state.epoch,
        generation: state.generation,
      };
    const { processed, startsAt, epoch, generation } = lane;
    return { position: processed?.to ?? startsAt, batch: processed?.n ?? 0, epoch, generation };
  }

  /** A page of a pipeline's dead letters, oldest first, and their total number. */
  async letters(
    pipelineId: string,
    caller: ApiCaller,
    { skip, take }: { skip: number; take: number },
  ): Promise<{ letters: Letter[]; total: number }> {
    const { key, state } = this.#known.need(pipelineId, caller);
    return this.#lettersOf(key, state).page(skip, take);
  }

  /** Lets the pipeline's run process a letter again, as it is or with another record. */
  async replayLetter(
    pipelineId: string,
    letterId: string,
    record: GivenRecord | undefined,
    caller: ApiCaller,
    commandId: string | null,
  ): Promise<Answered<{ letterId: string; state: string }>> {
    const { key, state } = this.#known.need(pipelineId, caller);
    requireChange(caller, key, state);
    return this.#once(key, commandId, { replay: letterId, record }, async () => {
      const letters = this.#lettersOf(key, state);
      const letter = await letters.get(letterId);
      if (!letter) throw noneWithId('dead letter', letterId);
      await letters.askReplay(letter, record);
      return {
        letterId,
        state: state.status === 'Running' ? 'replaying' : 'waiting until the pipeline runs',
      };
    });
  }

  /** Removes one letter, or all. */
  async removeLetters(
    pipelineId: string,
    letterId: string | null,
    caller: ApiCaller,
    commandId: string | null,
  ): Promise<Answered<object>> {
    const { key, state } = this.#known.need(pipelineId, caller);
    requireChange(caller, key, state);
    return this.#once(key, commandId, { remove: letterId }, async () => {
      const letters = this.#lettersOf(key, state);
      if (letterId !== null && !(await letters.get(letterId))) throw noneWithId('dead letter', letterId);
      await (letterId === null ? letters.clear() : letters.remove([letterId]));
      return {};
    });
  }

  cluster(): Promise<Record<string, unknown>> {
    return clusterView(this.#node);
  }

  /** Rebuilds a projection of this process. */
  async rebuild(name: string): Promise<void> {
    if (name !== 'status')
      throw new ProblemError('notFound', `There is no projection ${name}; there is status.`);
    await this.#node.projection.rebuild();
  }

  async #refuseWrong(pipelineId: string, position: Position, caller: ApiCaller): Promise<void> {
    const found = this.#known.find(pipelineId, caller);
    // One that is gone or running refuses every position.
    if (!found?.state.definition || found.state.status === 'Running') return;
    requireChange(caller, found.key, found.state);
    const { position: present } = await this.checkpoint(pipelineId, caller);
    const wrong = await checkPosition(found.state.definition, position, present, this.#node.around);
    if (wrong) throw wrongPosition(wrong);
  }

  async #submit(pipelineId: string, command: PipelineCommand, caller: ApiCaller, commandId: string | null) {
    const { key, state } =
      this.#known.find(pipelineId, caller) ?? this.#known.deletedBy(commandId, pipelineId, caller);
    requireChange(caller, key, state);
    return this.#node.submit(key, command, { by: nameOf(caller), commandId });
  }

  /** For what leaves no event, such as what concerns dead letters. */
  #once<T extends object>(
    key: PipelineKey,
    id: string | null,
    asked: object,
    work: () => Promise<T>,
  ): Promise<Answered<T>> {
    const notes = new NotedRequests(this.#node.store.letters, key);
    const fingerprint = createHash('sha256').update(JSON.stringify(asked)).digest('base64url');
    return answerOnce(notes, { id, fingerprint }, async () => ({ answer: await work(), isReplayed: false }));
  }

  #lettersOf(key: PipelineKey, { firstGeneration }: PipelineState): Letters {
    return new Letters(this.#node.store.letters, key, firstGeneration);
  }
}
