import {
  isBoolean,
  isObjectOf,
  isOneOf,
  isText,
  isWhole,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { fromStoredName, toStoredName, type StoredName } from '../names/stored-name.ts';
import type { Checkpoint } from './change-sink.ts';

type Stored = Omit<Checkpoint, 'name'> & StoredName;

const isRest: Guard<Omit<Checkpoint, 'name'>> = isObjectOf(
  {
    generation: isWhole,
    incarnation: isText(),
    databaseId: isText(),
    to: isWhole,
    live: isBoolean,
    script: isText(),
    witness: isObjectOf({ number: isWhole, mark: isText() }),
    sequence: isWhole,
    streamCreated: isText(),
    swept: isBoolean,
    setsApplied: isWhole,
    documentsPut: isWhole,
    documentsDeleted: isWhole,
    readAt: isWhole,
    appliedAt: isWhole,
  },
  { ids: isOneOf('ravendb', 'sqlite'), beyondAscii: isBoolean, foundByRule: isBoolean, signed: isBoolean },
);
const isOfTask = isObjectOf({
  task: isObjectOf({ owner: isText(), requester: isText(), name: isText() }),
});
const isNamed = isObjectOf({ name: isText() });

function isStored(value: unknown): value is Stored {
  return isRest(value) && (isOfTask(value) || isNamed(value));
}

/** A checkpoint in its stored form. */
export function toStoredCheckpoint({ name, ...rest }: Checkpoint): object {
  return { ...toStoredName(name), ...rest } satisfies Stored;
}

/** Reads a stored checkpoint; null when Spark cannot have written it. */
export function readStoredCheckpoint(stored: unknown): Checkpoint | null {
  return isStored(stored) ? fromStoredCheckpoint(stored) : null;
}

export function fromStoredCheckpoint(stored: object): Checkpoint {
  const checkpoint: Checkpoint & { task?: unknown } = { ...(stored as Checkpoint) };
  checkpoint.name = fromStoredName(stored as Stored);
  delete checkpoint.task;
  return checkpoint;
}
