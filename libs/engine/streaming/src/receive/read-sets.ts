import type { ChangeSet } from '@nestjs-spark/contracts';
import { decodeChangeSet, type LogDescription, type TaskLog } from '@nestjs-spark/contracts/internal';

export interface ReceivedSet {
  set: ChangeSet;
  sequence: number;
}

/** Where in the log a requester reads on: behind its own checkpoint, or from the start where the checkpoint's place means nothing. */
export function readFrom(
  checkpoint: { sequence: number; streamCreated: string } | null,
  log: LogDescription,
): number {
  if (checkpoint === null) return 1;
  const sameStream = checkpoint.streamCreated === log.created && checkpoint.sequence <= log.lastSequence;
  return sameStream ? checkpoint.sequence + 1 : 1;
}

export async function* readSets(
  log: TaskLog,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<ReceivedSet, void, undefined> {
  for await (const message of log.read(from, signal)) {
    yield { set: await decodeChangeSet(message), sequence: message.sequence };
  }
}
