import { describeTask, type Etag } from '@nestjs-spark/contracts';
import {
  CONTENTS_HEADER,
  FOLLOWS_HEADER,
  LogConflictError,
  LogFullError,
  encodeChangeSet,
  sealMessage,
  taskSubject,
  type ChangePage,
  type IdRule,
  type LogPayload,
  type MessageSigner,
  type TaskLog,
  type Witness,
} from '@nestjs-spark/contracts/internal';
import { messageOf } from '@nestjs-spark/foundation/internal';
import type { CapturePosition } from '../task/position.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { Caution, type Failed } from './caution.ts';
import { Contents } from './contents.ts';
import { cut, type Cut } from './cut.ts';
import type { TransformedChange } from '../transform/transformer.ts';

/** The log refused a set for a reason that may lie in its content. */
export class PublishFailedError extends Error {
  readonly failed: Failed;

  constructor(failed: Failed, cause: unknown) {
    super(messageOf(cause), { cause });
    this.name = 'PublishFailedError';
    this.failed = failed;
  }
}

export interface PublisherParts {
  log: TaskLog;
  task: CaptureTask;
  /** Where the log ends, and with which sequence. */
  position: CapturePosition;
  sequence: number;
  /** Whether sets already in the log become worthless once the first set is published. */
  dropOlder: boolean;
  /** Where attachments are read. */
  contents: Contents;
  /** How the source compares ids. */
  ids: IdRule;
  caution: Caution;
  signer: MessageSigner;
}

/**
 * Appends change sets to a task's log, each after the one before. Any error ends this publisher: the log's content is then
 * unknown, and everything has to be decided again from its tail.
 */
export class Publisher {
  readonly #log: TaskLog;
  readonly #task: CaptureTask;
  readonly #contents: Contents;
  readonly #ids: IdRule;
  readonly #caution: Caution;
  readonly #signer: MessageSigner;
  #position: CapturePosition;
  #sequence: number;
  #dropOlder: boolean;

  constructor(parts: PublisherParts) {
    const { log, task, position, sequence, dropOlder, contents, ids, caution, signer } = parts;
    this.#log = log;
    this.#task = task;
    this.#position = position;
    this.#sequence = sequence;
    this.#dropOlder = dropOlder;
    this.#contents = contents;
    this.#ids = ids;
    this.#caution = caution;
    this.#signer = signer;
  }

  /** The current end of the log. */
  get position(): CapturePosition {
    return this.#position;
  }

  /**
   * Announces a generation. The announcement is logged before the source's witness is raised for it: otherwise a capture that
   * fails in between would leave a restored source whose witness looks as if nothing had happened.
   */
  async open(): Promise<void> {
    await this.#append({ from: 1, to: 0, live: false, commands: [] }, Date.now());
  }

  /**
   * @param leaveOut records a change that the log does not accept, before the set that covers it is published without it
   * @throws {PublishFailedError} when the log refuses a set for a reason that may lie in its content
   */
  async publish(
    page: ChangePage,
    witness: Witness,
    changes: TransformedChange[],
    leaveOut: (change: TransformedChange, cause: unknown) => Promise<void> = async () => {},
  ): Promise<void> {
    this.#position = { ...this.#position, witness };
    let left = changes;
    for (let most = this.#most; most < left.length; most = this.#most) {
      const some = left.slice(0, most);
      await this.#publishPart(some, some.at(-1)?.etag ?? page.to, false, leaveOut);
      left = left.slice(most);
    }
    await this.#publishPart(left, page.to, page.drained, leaveOut);
  }

  /** Carries nothing new: its success shows that the log accepts sets at all. */
  async #probe(): Promise<void> {
    const { to, live } = this.#position;
    await this.#append({ from: to + 1, to, live, commands: [] }, Date.now());
  }

  get #most(): number {
    return this.#caution.mostAfter(this.#position.to);
  }

  async #publishPart(
    changes: TransformedChange[],
    to: Etag,
    drained: boolean,
    leaveOut: (change: TransformedChange, cause: unknown) => Promise<void>,
  ): Promise<void> {
    const readAt = Date.now();
    const [alone] = changes;
    // Not earlier, so that a session that ends for another reason leaves nothing in the log.
    if (alone !== undefined && this.#caution.needsProbe(this.#position.to, alone.again)) await this.#probe();
    const isRefused = alone !== undefined && this.#isRefused(alone);
    const again = isRefused ? undefined : alone?.again;
    if (isRefused) await leaveOut(alone, this.#caution.cause);
    // This set also covers what was read and found irrelevant since the last one.
    const cuts = cut(isRefused ? [] : changes, this.#position.to + 1, to);
    for (const [i, part] of cuts.entries()) {
      const live = this.#position.live || (drained && i === cuts.length - 1);
      await this.#append({ ...part, live }, readAt).catch((cause: unknown) => {
        if (cause instanceof LogConflictError || cause instanceof LogFullError) throw cause;
        const inPart = changes.filter(({ etag }) => etag >= part.from && etag <= part.to).length;
        // No change is to blame.
        if (inPart === 0) throw cause;
        const failed = { after: this.#position.to, changes: inPart, again, cause };
        throw new PublishFailedError(failed, cause);
      });
      this.#position = { ...this.#position, to: part.to, live };
      this.#caution.passed(part.to, again);
    }
  }

  #isRefused({ again }: TransformedChange): boolean {
    if (again !== undefined) return this.#caution.isRefusedAgain(again);
    return this.#caution.isRefusedAfter(this.#position.to);
  }

  /**
   * @throws {LogConflictError} when the log does not end with what this publisher appended: it was purged, or someone else wrote
   */
  async checkTail(): Promise<void> {
    const tail = await this.#log.tail();
    if ((tail?.sequence ?? 0) !== this.#sequence) throw new LogConflictError(describeTask(this.#task.key));
  }

  /**
   * When a full log does not accept the first set of a new beginning, first removes the sets that it makes worthless. Not
   * earlier: until that set is there, the log's end shows where this module was, even among messages of others.
   */
  async #appendWithRoom(sealed: LogPayload): Promise<number> {
    try {
      return await this.#log.append(sealed, this.#sequence);
    } catch (error) {
      if (!(error instanceof LogFullError) || !this.#dropOlder) throw error;
      await this.#log.trim(this.#sequence);
      return this.#log.append(sealed, this.#sequence);
    }
  }

  async #append(part: Cut & { live: boolean }, readAt: number): Promise<void> {
    const { generation, incarnation, databaseId, began, witness, resync } = this.#position;
    const { commands, bundle, published } = await this.#contents.attach(part.commands, () =>
      this.#log.contents(this.#sequence),
    );
    const message = await encodeChangeSet({
      task: this.#task.key,
      generation,
      incarnation,
      databaseId,
      ids: this.#ids,
      began,
      witness,
      script: this.#task.fingerprint,
      resync,
      readAt,
      ...part,
      commands,
    });
    if (bundle) message.headers[CONTENTS_HEADER] = bundle.name;
    message.headers[FOLLOWS_HEADER] = String(this.#sequence);
    const sealed = sealMessage(message, taskSubject(this.#task.key), this.#signer);
    this.#sequence = await this.#appendWithRoom(sealed);
    published();
    if (this.#dropOlder) await this.#log.trim(this.#sequence);
    this.#dropOlder = false;
  }
}
