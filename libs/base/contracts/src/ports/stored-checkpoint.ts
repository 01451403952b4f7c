import { fromStoredName, toStoredName, type StoredName } from '../names/stored-name.ts';
import type { Checkpoint } from './change-sink.ts';

type Stored = Omit<Checkpoint, 'name'> & StoredName;

/** A checkpoint as it stands in a database. */
export function toStoredCheckpoint({ name, ...rest }: Checkpoint): object {
  return { ...toStoredName(name), ...rest } satisfies Stored;
}

export function fromStoredCheckpoint(stored: object): Checkpoint {
  const checkpoint: Checkpoint & { task?: unknown } = { ...(stored as Checkpoint) };
  checkpoint.name = fromStoredName(stored as Stored);
  delete checkpoint.task;
  return checkpoint;
}
