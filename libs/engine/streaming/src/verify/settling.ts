import { taskName } from '@nestjs-spark/contracts';
import { idKey, type ChangeSink, type StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import { pause } from '@nestjs-spark/foundation/internal';
import type { ApplyTask, SourceInquiry } from '../task/tasks.ts';
import { readCopies, type OwnDatabase } from './copies-here.ts';
import type { Expected, ExpectedDocument, VerifySource } from './expected.ts';
import { judgeCopy, judgeStray, type Seen, type Verdict } from './judge-copy.ts';
import { removeGhosts } from './remove-ghosts.ts';
import { NotComparableError, originOf, type Standing } from './standing.ts';
import type { Finding } from './verify-record.ts';

export interface SettlingParts {
  task: ApplyTask;
  sink: Pick<ChangeSink, 'copies' | 'removeAsListed'>;
  database: OwnDatabase;
  source: VerifySource;
  inquiry: Pick<SourceInquiry, 'sendAgain'>;
  standing: Standing;
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
    const deleted = ghosts.length > 0 ? await this.#removeGhosts(ghosts, signal) : 0;
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
        throw new NotComparableError("the owner's answer covers none of the documents");
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

  async #removeGhosts(ghosts: readonly Finding[], signal: AbortSignal): Promise<number> {
    const { standing, sink, task } = this.#parts;
    const byDocument = Map.groupBy(ghosts, ({ document }) => document);
    const strays = new Map([...byDocument].map(([document, found]) => [document, found.map(({ id }) => id)]));
    let kept = 0;
    for await (const expected of this.#ask([...strays.keys()], signal)) {
      await standing.applied(expected.after, signal);
      const ids = expected.documents.flatMap((document) => this.#toLookAt(document, strays));
      const seen = async (): Promise<Seen> => {
        const { checkpoint } = await standing.readFor(expected, this.#incarnation);
        return { before: expected.before, applied: checkpoint.to };
      };
      kept += await removeGhosts(ids, { sink, name: this.#name, owner: task.key.owner, seen });
    }
    return ghosts.length - kept;
  }

  /** A document whose script fails keeps the copies that it has. */
  #toLookAt({ id, copies }: ExpectedDocument, strays: Strays | null): string[] {
    if (!copies) return [];
    if (!strays) return copies.map((copy) => copy.id);
    const { ids: rule } = this.#parts.database;
    const made = new Set(copies.map((copy) => idKey(rule, copy.id)));
    return (strays.get(id) ?? []).filter((stray) => !made.has(idKey(rule, stray)));
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
