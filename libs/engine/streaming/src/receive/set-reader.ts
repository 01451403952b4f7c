import { describeTask, type ChangeSet, type ChangeSetHeader } from '@nestjs-spark/contracts';
import {
  decodeChangeSet,
  decodeHeader,
  judgeSeal,
  MalformedChangeSetError,
  taskSubject,
  type LogMessage,
  type LogPayload,
  type MessageVerifier,
  type TaskLog,
} from '@nestjs-spark/contracts/internal';
import { messageOf, sameName, type Logger } from '@nestjs-spark/foundation/internal';
import type { TaskKey } from '@nestjs-spark/contracts';

/** Something in a task's log was not, or is not known to have been, put there by the task's owner. */
export class RefusedSetError extends Error {
  readonly sequence: number;

  constructor(sequence: number, reason: string, options?: ErrorOptions) {
    super(`message ${sequence} of the log is refused: ${reason}`, options);
    this.name = 'RefusedSetError';
    this.sequence = sequence;
  }
}

export type ReceivedSet = { sequence: number } & (
  { set: ChangeSet; signed: boolean; refused?: undefined } | { refused: RefusedSetError }
);

/** The end of a log: its last message's header, null when it is not trusted. */
export interface LogEnd {
  header: ChangeSetHeader | null;
}

export interface SetReaderParts {
  log: Pick<TaskLog, 'read' | 'tail'>;
  verifier: MessageVerifier;
  logger: Logger;
  /** Whether a set of this task has been signed before, so that its owner is known to sign. */
  wasSigned: () => boolean;
}

/**
 * Reads what a task's owner has put into its log. Anyone who can publish on the bus can write there, so a message is only trusted
 * when signed with a key of the owner; an unsigned one only from an owner of a version that does not sign yet.
 */
export class SetReader {
  readonly #task: TaskKey;
  readonly #parts: SetReaderParts;
  #isSigned = false;
  #said = false;

  constructor(task: TaskKey, parts: SetReaderParts) {
    this.#task = task;
    this.#parts = parts;
  }

  /**
   * As `TaskLog.read`, with refused messages marked by the reason.
   * @throws {UnavailableError} also while a signature cannot be checked
   */
  async *read(from: number, signal: AbortSignal): AsyncGenerator<ReceivedSet, void, undefined> {
    for await (const message of this.#parts.log.read(from, signal)) yield await this.#open(message);
  }

  /** The last message; null: there is none. @throws {UnavailableError} as `read` */
  async tail(): Promise<LogEnd | null> {
    const message = await this.#parts.log.tail();
    if (message === null) return null;
    try {
      await this.#requireOwners(message);
      const header = decodeHeader(message.headers);
      this.#requireOurs(header, message.sequence);
      return { header };
    } catch (error) {
      if (isRefusal(error)) return { header: null };
      throw error;
    }
  }

  async #open(message: LogMessage): Promise<ReceivedSet> {
    const { sequence } = message;
    try {
      const { payload, signed } = await this.#requireOwners(message);
      const set = await decodeChangeSet(payload);
      this.#requireOurs(set, sequence);
      return { sequence, set, signed };
    } catch (error) {
      if (error instanceof RefusedSetError) return { sequence, refused: error };
      if (!isRefusal(error)) throw error;
      return { sequence, refused: new RefusedSetError(sequence, messageOf(error), { cause: error }) };
    }
  }

  #requireOurs({ task: { owner, requester, name } }: ChangeSetHeader, sequence: number): void {
    const isOurs =
      sameName(owner, this.#task.owner) &&
      sameName(requester, this.#task.requester) &&
      sameName(name, this.#task.name);
    if (isOurs) return;
    throw new RefusedSetError(sequence, `it belongs to the task ${describeTask({ owner, requester, name })}`);
  }

  /** @throws {RefusedSetError} unless the owner is known to have sent it */
  async #requireOwners({
    sequence,
    headers,
    payload,
  }: LogMessage): Promise<{ payload: LogPayload; signed: boolean }> {
    const { owner } = this.#task;
    if (payload === null) throw new RefusedSetError(sequence, 'its payload is gone');
    const message = { headers, payload };
    const verdict = await judgeSeal(message, taskSubject(this.#task), owner, this.#parts.verifier);
    switch (verdict) {
      case 'genuine':
        this.#isSigned = true;
        return { payload: message, signed: true };
      case 'forged':
        throw new RefusedSetError(sequence, `its signature is not that of ${owner}`);
      case 'unknown-key':
        throw new RefusedSetError(
          sequence,
          `this module does not know the key that signed it as one of ${owner}'s. If it is, approve it: SPARK_TRUSTED_KEYS=${owner}=${message.headers['Spark-Key']}`,
        );
      case 'unsigned':
        await this.#requireUnsigned(sequence);
        return { payload: message, signed: false };
    }
  }

  /** Sets of an owner whose version does not sign yet are accepted until its first signed one. */
  async #requireUnsigned(sequence: number): Promise<void> {
    const { verifier, logger, wasSigned } = this.#parts;
    const { owner } = this.#task;
    if (this.#isSigned || wasSigned() || (await verifier.signs(owner))) {
      throw new RefusedSetError(sequence, `it is not signed, and ${owner} signs what it sends`);
    }
    if (this.#said) return;
    this.#said = true;
    logger.warn(
      `${describeTask(this.#task)}: ${owner} runs a version that does not sign its change sets, so anyone who can publish to this route can change the copies. Update ${owner}; with SPARK_REFUSE_UNSIGNED=1 they are refused`,
    );
  }
}

function isRefusal(error: unknown): error is Error {
  return error instanceof RefusedSetError || error instanceof MalformedChangeSetError;
}
