import {
  NotACopyError,
  UnavailableError,
  VersionConflictError,
  type ChangeCommand,
} from '@nestjs-spark/contracts';
import {
  blame,
  checkCopy,
  checkpointId,
  checkPuts,
  checkSettled,
  idKey,
  isCopyOf,
  ravenKey,
  reduceCommands,
  copiesLabel,
  UNNAMED_RULE,
  type ChangeSink,
  type Checkpoint,
  type Effect,
  type Overwrite,
  type StoredCheckpoint,
  type StoredCopy,
  type TaskLog,
  type WholeCopy,
} from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { RavenHttp } from '../connect/raven-http.ts';
import { isCollectionMismatch, RavenConflictError } from '../connect/server-error.ts';
import type { RavenSettings } from '../connect/settings.ts';
import type { DocumentMetadata } from '../read-documents/document-metadata.ts';
import { checkAttachments } from '../write-extras/check-attachments.ts';
import { findExisting, NONE } from '../write-extras/existing-extras.ts';
import { planExtras } from '../write-extras/plan-extras.ts';
import { reduceExtras, type WantedExtras } from '../write-extras/reduce-extras.ts';
import { toCheckpointDocument } from './checkpoint-document.ts';
import { listCheckpoints, readCheckpoint } from './checkpoints.ts';
import { findCopies, lookUp } from './find-copies.ts';
import { findInTheWay, requireOwn, type Standing } from './in-the-way.ts';
import type { Copy } from './own-copies.ts';
import { isNotOwn, type OwnOnly } from './own-only.ts';
import { refuseShared, sharedIds } from './shared-ids.ts';
import { scanCopies, scanWholeCopies } from './scan-copies.ts';
import { write, writeBehind, type Put, type Transaction } from './transaction.ts';

// A conflict that is not the checkpoint's means that the module wrote one of these documents in the same moment.
const BY_VERSION = 3;
const ATTEMPTS = 10;
// Up to this many puts, RavenDB itself checks what each one overwrites, which costs it a script per document; above, the
// versions are read first and expected.
const LOOKED_AT_IN_PLACE = 64;

/** Other writers changed the same documents in every attempt. */
class OtherWritersError extends UnavailableError {
  constructor(name: string) {
    super(`Gave up after ${ATTEMPTS} attempts: other writers keep changing the documents of ${name}`);
  }
}

/**
 * Applies change sets in one RavenDB database. A first copy expects that nothing is there, which costs nothing; otherwise
 * what is stored under the ids of the puts is checked, in the transaction or by its version.
 */
export class RavenChangeSink implements ChangeSink {
  readonly #http: RavenHttp;

  constructor(settings: RavenSettings) {
    this.#http = new RavenHttp(settings);
  }

  readCheckpoint(name: string): Promise<StoredCheckpoint | null> {
    return readCheckpoint(this.#http, name);
  }

  listCheckpoints(): Promise<StoredCheckpoint[]> {
    return listCheckpoints(this.#http);
  }

  async apply(
    commands: ChangeCommand[],
    checkpoint: Checkpoint,
    expected: string | null | Promise<string | null>,
    contents?: Pick<TaskLog, 'openContent'>,
    overwrite?: Overwrite,
  ): Promise<string> {
    const rule = checkpoint.ids ?? UNNAMED_RULE;
    const effect = reduceCommands(commands, rule);
    checkPuts(effect.puts, ({ id, document }) => {
      checkCopy(id, document);
      checkSettled(id);
    });
    const extras = reduceExtras(commands, rule);
    checkAttachments(extras);
    const shared = sharedIds(effect, checkpoint);
    // A small set is sent in one piece once the version is known: starting earlier would gain less than the additional writes cost.
    const isLarge = effect.puts.size > LOOKED_AT_IN_PLACE;
    if (
      isLarge &&
      isFirstCopy(checkpoint) &&
      extras.size === 0 &&
      shared.length === 0 &&
      expected instanceof Promise &&
      effect.deletes.size + effect.prefixes.size === 0
    ) {
      const fence = { ...fenceOf(checkpoint), expected };
      const version = await writeBehind(this.#http, expectNothing(effect), fence).catch(() => null);
      // Whatever kept it from being written, the ordinary way finds out, behind the same fence.
      if (version !== null) return version;
    }
    const version = await expected;
    await refuseShared(this.#http, effect, checkpoint, shared);
    return this.#apply({ effect, extras, contents, overwrite }, checkpoint, version);
  }

  async #apply(work: Work, checkpoint: Checkpoint, expected: string | null): Promise<string> {
    const { effect, overwrite } = work;
    const { name } = checkpoint;
    let standing: Standing | null = null;
    const look = async (): Promise<Standing> =>
      requireOwn(this.#http, name, overwrite, effect, standing !== null).catch(async (error: unknown) => {
        // A late writer is told that first, before anything else that is wrong.
        if (error instanceof NotACopyError) await this.#requireUnmoved(name, expected, error);
        throw error;
      });
    if (isFirstCopy(checkpoint)) standing = { versions: new Map(), moved: [] };
    else if (effect.puts.size > LOOKED_AT_IN_PLACE) standing = await look();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const moved = standing?.moved ?? [];
      const deletes = [...(await findCopies(this.#http, checkpoint, effect)), ...moved];
      const byVersion = attempt < BY_VERSION || moved.length > 0;
      try {
        const guard = byVersion ? {} : { guard: name };
        const extras = await this.#planExtras(work, name, moved);
        const puts =
          standing && byVersion
            ? { puts: expectStanding(effect, standing) }
            : { puts: effect.puts.values(), ownOnly: ownOnlyOf(effect, name, overwrite) };
        const documentsDeleted = checkpoint.documentsDeleted + deletes.length - moved.length;
        const after = { ...checkpoint, documentsDeleted };
        return await this.#write({ deletes, ...guard, ...puts, ...extras }, after, expected);
      } catch (error) {
        if (isCollectionMismatch(error) || isNotOwn(error)) {
          const looked = standing !== null;
          standing = await look();
          if (looked && standing.moved.length === moved.length && isCollectionMismatch(error))
            blame(effect.puts.values(), error);
        } else if (error instanceof RavenConflictError) {
          await this.#requireUnmoved(name, expected, error);
          standing = standing && (await look());
        } else {
          blame(effect.puts.values(), error);
        }
      }
    }
    throw new OtherWritersError(copiesLabel(checkpoint.name));
  }

  async *copies(name: string, ids?: readonly string[]): AsyncGenerator<StoredCopy[]> {
    const own = isCopyOf(name);
    if (ids) yield (await lookUp(this.#http, [...ids])).filter(own).map(toStoredCopy);
    else for await (const found of scanCopies(this.#http, own)) yield found.map(toStoredCopy);
  }

  async *wholeCopies(name: string): AsyncGenerator<WholeCopy[]> {
    for await (const found of scanWholeCopies(this.#http, isCopyOf(name)))
      yield found.map((copy) => ({ ...toStoredCopy(copy), text: decodeUtf8(copy.json) }));
  }

  async removeAsListed(copies: readonly Pick<StoredCopy, 'id' | 'version'>[]): Promise<void> {
    const deletes = copies.map(({ id, version }) => ({ id, changeVector: version }));
    await write(this.#http, { deletes, puts: [], fence: null });
  }

  async removeCheckpoint({ checkpoint, version }: StoredCheckpoint): Promise<void> {
    const deletes = [{ id: checkpointId(checkpoint.name), changeVector: version }];
    await write(this.#http, { deletes, puts: [], fence: null });
  }

  async findInTheWay(name: string, ids: readonly string[], overwrite?: Overwrite): Promise<string[]> {
    const checkpoint = (await this.readCheckpoint(name))?.checkpoint ?? null;
    return findInTheWay(this.#http, name, ids, { overwrite, checkpoint });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  #write(what: Omit<Transaction, 'fence'>, checkpoint: Checkpoint, expected: string | null): Promise<string> {
    const fence = { ...fenceOf(checkpoint), expected };
    return write(this.#http, { ...what, fence });
  }

  /** What documents have is looked up in each attempt; one that is deleted and put again has nothing any more. */
  async #planExtras(
    { effect, extras, contents }: Work,
    name: string,
    moved: readonly Copy[],
  ): Promise<Pick<Transaction, 'extras'>> {
    if (extras.size === 0) return {};
    const existing = await findExisting(this.#http, name, extras, effect.puts);
    for (const { id } of moved) existing.set(idKey(effect.rule, id), NONE);
    return { extras: { ...planExtras(extras, existing), log: contents } };
  }

  async #requireUnmoved(name: string, expected: string | null, cause: Error): Promise<void> {
    const stored = await this.readCheckpoint(name);
    if ((stored?.version ?? null) !== expected) throw new VersionConflictError(checkpointId(name), { cause });
  }
}

interface Work {
  effect: Effect;
  extras: Map<string, WantedExtras>;
  contents: Pick<TaskLog, 'openContent'> | undefined;
  overwrite: Overwrite | undefined;
}

function toStoredCopy(document: DocumentMetadata): StoredCopy {
  const { id, copyOf, generation, sourceEtag, changeVector } = document;
  return { id, copyOf, generation, sourceEtag, version: changeVector };
}

/** Nothing can be there yet except what is not a copy of this task, or one that changed since. */
function isFirstCopy({ generation, live }: Checkpoint): boolean {
  return generation === 1 && !live;
}

function ownOnlyOf({ puts }: Effect, name: string, overwrite: Overwrite | undefined): OwnOnly {
  return { name, overwrite, ids: [...puts.values()].map(({ id }) => id) };
}

function* expectNothing({ puts }: Effect): Generator<Put> {
  for (const { id, document } of puts.values()) yield { id, document, expected: '' };
}

function* expectStanding({ puts }: Effect, { versions }: Standing): Generator<Put> {
  for (const { id, document } of puts.values())
    yield { id, document, expected: versions.get(ravenKey(id)) ?? '' };
}

function fenceOf(checkpoint: Checkpoint): { id: string; document: string } {
  return { id: checkpointId(checkpoint.name), document: toCheckpointDocument(checkpoint) };
}
