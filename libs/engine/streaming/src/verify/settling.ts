import { taskName, VersionConflictError, type ChangeCommand } from '@nestjs-spark/contracts';
import {
  copiesSource,
  idKey,
  ownersKey,
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type StoredCheckpoint,
} from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import { deleteOf } from '../apply/deletes-under.ts';
import { applyWithoutRefused } from '../apply/isolate-refused.ts';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { readCopies, type OwnDatabase } from './copies-here.ts';
import type { Expected, ExpectedDocument, VerifySource } from './expected.ts';
import { judgeCopy, judgeStray, type Verdict } from './judge-copy.ts';
import { NotComparableError, originOf, type Standing } from './standing.ts';
import type { Finding } from './verify-record.ts';

export interface SettlingParts {
  task: ApplyTask;
  sink: ChangeSink;
  database: OwnDatabase;
  source: VerifySource;
  inquiry: Pick<SourceInquiry, 'sendAgain'>;
  standing: Standing;
  /** As in `Pace`. */
  refusedAfterMs: readonly number[];
}

/** Copies that no document was found for, by the document that they name as their source. */
export type Strays = ReadonlyMap<string, readonly string[]>;

interface Judged {
  document: string;
  equal: number;
  moving: boolean;
  findings: Finding[];
}

/** A document that changes each time it is looked at arrives by itself. */
const ROUNDS = 6;
const TRIES = 100;
const REPAIR_MS = 30_000;
const LOOK_MS = { first: 100, most: 3_000 };

/**
 * Finds out whether copies that looked wrong are wrong. The owner is asked for its documents as they are now, and the copies are
 * looked at when everything is applied that was there when it answered: what was only on its way has arrived then. What is
 * found twice is a finding.
 */
export class Settling {
  readonly #parts: SettlingParts;
  readonly #name: string;
  readonly #incarnation: string;

  /** @param incarnation of the copies that are compared */
  constructor(parts: SettlingParts, incarnation: string) {
    this.#parts = parts;
    this.#name = taskName(parts.task.key);
    this.#incarnation = incarnation;
  }

  /** @param strays only these copies of the documents; otherwise all that the script makes of them */
  async settle(
    documents: readonly string[],
    strays: Strays | null,
    signal: AbortSignal,
  ): Promise<{ equal: number; findings: Finding[] }> {
    const result = { equal: 0, findings: [] as Finding[] };
    let seenBefore = new Set<string>();
    let open = documents;
    for (let round = 0; round < ROUNDS && open.length > 0; round++) {
      const judged = await this.#judge(open, strays, signal);
      const again = judged.filter(({ moving, findings }) => {
        return moving || findings.some((finding) => !seenBefore.has(keyOf(finding)));
      });
      for (const { equal, findings } of judged.filter((one) => !again.includes(one))) {
        result.equal += equal;
        result.findings.push(...findings);
      }
      seenBefore = new Set(again.flatMap(({ findings }) => findings.map(keyOf)));
      open = again.map(({ document }) => document);
    }
    return result;
  }

  /**
   * Has the owner send again what is missing or stale, and deletes ghosts. What is foreign stays.
   * @returns how many of the findings are in order now
   */
  async repair(
    findings: readonly Finding[],
    signal: AbortSignal,
  ): Promise<{ ghosts: number; others: number }> {
    const ghosts = findings.filter(({ kind }) => kind === 'ghost');
    const wrong = findings.filter(({ kind }) => kind === 'missing' || kind === 'stale');
    const documents = documentsOf(wrong);
    if (documents.length > 0) await this.#parts.inquiry.sendAgain(this.#parts.task.key, documents, signal);
    const deleted = ghosts.length > 0 ? await this.#deleteGhosts(ghosts, signal) : 0;
    const left = await this.#wrongStill(wrong, signal);
    return { ghosts: deleted, others: wrong.length - left };
  }

  /** Looks until they are in order or time is up. Each look has the owner run the documents: those only that are still wrong. */
  async #wrongStill(wrong: readonly Finding[], signal: AbortSignal): Promise<number> {
    const end = performance.now() + REPAIR_MS;
    let left = wrong;
    for (let lookMs = LOOK_MS.first; left.length > 0 && performance.now() < end;) {
      await pause(lookMs, signal);
      signal.throwIfAborted();
      lookMs = Math.min(lookMs * 1.5, LOOK_MS.most);
      const judged = await this.#judge(documentsOf(left), null, signal);
      const still = new Set(judged.flatMap((one) => one.findings.map(({ id }) => id)));
      left = left.filter(({ id }) => still.has(id));
    }
    return left.length;
  }

  /** Judges at once where everything is in order, and otherwise when it is applied. */
  async #judge(documents: readonly string[], strays: Strays | null, signal: AbortSignal): Promise<Judged[]> {
    const judged: Judged[] = [];
    for await (const expected of this.#ask(documents, signal)) {
      judged.push(...(await this.#judgeExpected(expected, strays, signal)));
    }
    return judged;
  }

  /** What the owner says of all of them, as much at a time as it answers for. */
  async *#ask(documents: readonly string[], signal: AbortSignal): AsyncGenerator<Expected> {
    const { source, task } = this.#parts;
    for (let left = documents; left.length > 0;) {
      const expected = await source.documents(task.key, left, signal);
      const answered = new Set(expected.documents.map(({ id }) => id));
      const later = left.filter((id) => !answered.has(id));
      if (later.length === left.length)
        throw new NotComparableError('the owner answers about none of the documents');
      yield expected;
      left = later;
    }
  }

  async #judgeExpected(expected: Expected, strays: Strays | null, signal: AbortSignal): Promise<Judged[]> {
    const { standing } = this.#parts;
    const stored = await standing.readFor(expected, this.#incarnation);
    const judged = await this.#judgeNow(expected, stored, strays);
    if (judged.every(({ moving, findings }) => !moving && findings.length === 0)) return judged;
    await standing.applied(expected.after, signal);
    return this.#judgeNow(expected, await standing.readFor(expected, this.#incarnation), strays);
  }

  async #judgeNow(expected: Expected, stored: StoredCheckpoint, strays: Strays | null): Promise<Judged[]> {
    const ids = expected.documents.flatMap((document) => this.#toLookAt(document, strays));
    const copies = await readCopies(this.#parts.database, ids);
    const there = new Map(ids.map((id, at) => [id, copies[at] ?? null]));
    // Read after the copies: none of them can be newer than what is applied then.
    const applied = (await this.#parts.standing.readFor(expected, this.#incarnation)).checkpoint.to;
    const seen = { before: expected.before, applied };
    return expected.documents.map((document) => {
      const origin = originOf(stored.checkpoint, this.#parts.task.key.owner, document.id);
      const verdicts = this.#toLookAt(document, strays).map((id): [string, Verdict] => {
        const copy = there.get(id) ?? null;
        if (strays) return [id, judgeStray(copy, origin, seen)];
        const made = document.copies?.find((one) => one.id === id);
        return [id, made ? judgeCopy(made, copy, origin, seen) : 'equal'];
      });
      return judgedOf(document.id, verdicts);
    });
  }

  /** A document whose script fails keeps the copies that it has. */
  #toLookAt({ id, copies }: ExpectedDocument, strays: Strays | null): string[] {
    if (!copies) return [];
    if (!strays) return copies.map((copy) => copy.id);
    const { ids: rule } = this.#parts.database;
    const made = new Set(copies.map((copy) => idKey(rule, copy.id)));
    return (strays.get(id) ?? []).filter((stray) => !made.has(idKey(rule, stray)));
  }

  /** After the task's checkpoint, like any other delete: what was applied since they were looked at is looked at again. */
  async #deleteGhosts(ghosts: readonly Finding[], signal: AbortSignal): Promise<number> {
    const byDocument = Map.groupBy(ghosts, ({ document }) => document);
    const strays = new Map([...byDocument].map(([document, found]) => [document, found.map(({ id }) => id)]));
    let kept = 0;
    for await (const expected of this.#ask([...strays.keys()], signal)) {
      kept += await this.#deleteStrays(expected, strays, signal);
    }
    return ghosts.length - kept;
  }

  /** @returns how many stay: those that the store refuses to delete, and those that are not to be deleted */
  async #deleteStrays(expected: Expected, strays: Strays, signal: AbortSignal): Promise<number> {
    const { standing, sink, refusedAfterMs } = this.#parts;
    await standing.applied(expected.after, signal);
    const kept = new Set<string>();
    const keep = async (units: { id: string }[]): Promise<void> => units.forEach(({ id }) => kept.add(id));
    const { checkpoint: seen } = await standing.readFor(expected, this.#incarnation);
    const ids: string[] = [];
    for (const document of expected.documents) {
      const isMade = this.#isMade(document, seen);
      for (const id of this.#toLookAt(document, strays)) {
        if (isMade(id)) kept.add(id);
        else ids.push(id);
      }
    }
    for (let tries = 1; ; tries++) {
      // As little as possible between the checkpoint and the deletes after it: while changes are applied, it moves often.
      const stored = await standing.readFor(expected, this.#incarnation);
      const { checkpoint, version } = stored;
      const commands = await this.#deletes(expected, stored, ids);
      if (commands.length === 0) return kept.size;
      try {
        await applyWithoutRefused(
          { sink, refusedAfterMs, keep },
          { commands, checkpoint, expected: version },
        );
        return kept.size;
      } catch (error) {
        if (!(error instanceof VersionConflictError)) throw error;
        if (tries === TRIES)
          throw new NotComparableError('changes come without a pause, so that ghosts cannot be deleted');
      }
    }
  }

  /**
   * Whether the owner takes a stray for a copy that the script makes, although this database tells them apart: the delete, which
   * goes by the owner's rule, would remove both.
   */
  #isMade(
    { id, copies }: ExpectedDocument,
    { ids: rule = UNNAMED_RULE }: Checkpoint,
  ): (stray: string) => boolean {
    const copyOf = `${copiesSource(this.#name)}/${id}`;
    const keyOfCopy = (copy: string): string => ownersKey(rule, this.#name, { id: copy, copyOf });
    const made = new Set(copies?.map((copy) => keyOfCopy(copy.id)));
    return (stray) => made.has(keyOfCopy(stray));
  }

  /** Deletes of those copies that still are ghosts. What is newer than the checkpoint has moved it, and is not deleted after it. */
  async #deletes(
    { before }: Expected,
    { checkpoint }: StoredCheckpoint,
    ids: readonly string[],
  ): Promise<ChangeCommand[]> {
    const { database, task } = this.#parts;
    const { ids: rule = UNNAMED_RULE } = checkpoint;
    const seen = { before, applied: checkpoint.to };
    const copies = await readCopies(database, ids);
    return ids.flatMap((id, at): ChangeCommand[] => {
      const copy = copies[at] ?? null;
      const verdict = judgeStray(copy, { name: this.#name, source: task.key.owner }, seen);
      return copy && typeof verdict === 'object' ? [deleteOf(rule, this.#name, { id, ...copy })] : [];
    });
  }
}

function judgedOf(document: string, verdicts: readonly [id: string, Verdict][]): Judged {
  const findings = verdicts.flatMap(([id, verdict]) =>
    typeof verdict === 'object' ? [{ id, document, ...verdict }] : [],
  );
  return {
    document,
    equal: verdicts.filter(([, verdict]) => verdict === 'equal').length,
    moving: verdicts.some(([, verdict]) => verdict === 'moving'),
    findings,
  };
}

function documentsOf(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ document }) => document))];
}

function keyOf({ id, kind }: Finding): string {
  return `${kind} ${id}`;
}
