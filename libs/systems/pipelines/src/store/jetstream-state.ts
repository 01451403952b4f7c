import { VersionConflictError } from '@nestjs-spark/contracts';
import type { StateWrite, Versioned } from '@nestjs-spark/contracts/internal';
import { isNullOr, isObject, isObjectOf, isText } from '@nestjs-spark/foundation/internal';
import { SubjectLog, type JetStreamConnection, type LoggedMessage } from '@nestjs-spark/jetstream/internal';
import { logAt, PLACE, type JetStreamPlace } from './place.ts';
import type { PagedState } from './ports.ts';
import { decode, encode, subjectPart } from './subjects.ts';

const isStored = isObjectOf({ id: isText(2_048), collection: isText(256), value: isNullOr(isObject) });

/** Documents stored as the last messages of their subjects: the dead letters of a cluster. */
export class JetStreamState implements PagedState {
  readonly #log: SubjectLog;

  constructor(connection: JetStreamConnection, place: JetStreamPlace = PLACE) {
    this.#log = new SubjectLog({ connection, ...logAt(place, 'dead-letters') });
  }

  async read<T extends object>(id: string): Promise<Versioned<T> | null> {
    const last = await this.#log.last(subjectOfId(id));
    return last && versioned<T>(last);
  }

  async list<T extends object>(prefix: string): Promise<Versioned<T>[]> {
    const whole = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    const found = await this.#log.read(whole === '' ? '>' : `${subjectOfId(whole)}.>`);
    return found
      .map((message) => versioned<T>(message))
      .filter((one) => one !== null)
      .filter(({ id }) => id.toLowerCase().startsWith(prefix.toLowerCase()));
  }

  /** @param prefix ends with a slash */
  async page<T extends object>(
    prefix: string,
    skip: number,
    take: number,
  ): Promise<{ documents: Versioned<T>[]; total: number }> {
    const { messages, total } = await this.#log.page(`${subjectOfId(prefix)}.>`, skip, take);
    const documents = messages.map((message) => versioned<T>(message)).filter((one) => one !== null);
    return { documents, total };
  }

  async write<T extends object>(
    id: string,
    collection: string,
    value: T,
    expected: string | null,
  ): Promise<string> {
    const last = await this.#log.last(subjectOfId(id));
    const there = last && versioned(last);
    if ((there?.version ?? null) !== expected) throw new VersionConflictError(id);
    const payload = encode({ id, collection, value });
    return String(await this.#log.append(subjectOfId(id), [payload], last?.sequence ?? 0));
  }

  async remove(id: string): Promise<void> {
    const last = await this.#log.last(subjectOfId(id));
    if (last) await this.#log.remove(last.sequence);
  }

  async readAll<T extends object>(ids: readonly string[]): Promise<(T | null)[]> {
    return Promise.all(ids.map(async (id) => (await this.read<T>(id))?.value ?? null));
  }

  /** Not transactional: users of this store never write several documents together. */
  async writeTogether(
    writes: readonly StateWrite[],
    last: StateWrite & { expected: string | null },
  ): Promise<string> {
    throw new TypeError(`${writes.length + 1} documents cannot be written together, such as ${last.id}`);
  }
}

/** Ids are case-insensitive. */
function subjectOfId(id: string): string {
  const parts = id.toLowerCase().split('/');
  return parts
    .filter((part) => part !== '')
    .map(subjectPart)
    .join('.');
}

function versioned<T extends object>({ subject, sequence, payload }: LoggedMessage): Versioned<T> | null {
  const stored = decode(payload);
  if (!isStored(stored) || stored.value === null || subjectOfId(stored.id) !== subject) return null;
  return { id: stored.id, value: stored.value as T, version: String(sequence) };
}
