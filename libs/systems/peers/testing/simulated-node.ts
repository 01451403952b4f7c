import type { PeerEvent } from '../src/merge/event.ts';
import type { SaidTo } from '../src/publish/said.ts';
import type { RecordName } from '../src/receive/peer-file.ts';
import { LowWaterMark } from '../src/trim/low-water-mark.ts';
import type { MemoryFile } from './memory-file.ts';
import type { Random } from './random.ts';
import type { Snapshot } from './simulated-log.ts';
import type { Replica } from './violations.ts';

/** A node: its process, and the disk that holds its file. */
export interface Node extends Replica {
  isUp: boolean;
  isOnline: boolean;
  /** Nothing may be published before the log was read up to here. */
  lookTo: number;
  /** What it has published since it connected to the log, whether or not it has read that there. */
  said: Map<string, SaidTo>;
  clockShift: number;
  backup: MemoryFile | null;
  /** States of the file before transactions that may not have reached the disk yet, oldest first. */
  before: MemoryFile[];
  /** A snapshot in progress, and the record after which it continues. */
  making: (Snapshot & { last: RecordName | null }) | null;
  mark: LowWaterMark;
  /** The event up to which the file was trimmed. */
  trimmed: number;
}

export function makeNode(name: string, file: MemoryFile): Node {
  const state = { isUp: false, isOnline: true, lookTo: 0, clockShift: 0, backup: null, making: null };
  return { name, file, ...state, said: new Map(), before: [], mark: new LowWaterMark(), trimmed: 0 };
}

/** Before a transaction that is flushed to disk together with everything before it; also for a flush alone. */
export function put(node: Node): void {
  node.before = [];
}

/** Before a transaction that reaches the disk later. */
export function putSoon(node: Node): void {
  node.before.push(node.file.copy());
}

/** It may have published more than it knows: it reads up to there before it publishes again. */
export function lookFirst(node: Node, end: number): void {
  node.said.clear();
  node.lookTo = end;
}

export function kill(node: Node): void {
  node.isUp = false;
  node.said.clear();
  node.making = null;
  node.mark = new LowWaterMark();
  node.trimmed = 0;
}

/** Unlike the end of a process, it undoes the latest transactions that have not reached the disk; never one between others. */
export function cutPower(node: Node, random: Random): void {
  kill(node);
  const { logTime } = node.file;
  node.file = random.one([node.file, ...node.before]);
  node.file.logTime = logTime;
  node.before = [];
}

/** Own events that a file does not know to be in the log. */
export function unpublishedIn(file: MemoryFile): PeerEvent[] {
  return file
    .unconfirmedOrigins()
    .flatMap((origin) => file.eventsAfter(origin, file.own(origin)?.confirmed ?? 0, Infinity));
}
