import type { ChangeSet } from '@nestjs-spark/contracts';
import { decodeChangeSet, type TaskLog } from '@nestjs-spark/contracts/internal';

export interface ReceivedSet {
  set: ChangeSet;
  sequence: number;
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
