import type { Member } from './member.ts';

export interface ToldTask {
  name: string;
  collection: string;
  generation: number | null;
  setAside: number | null;
  state: string;
  lag: number | null;
  behindMs: number | null;
  complete: boolean;
  lastError: string | null;
  active: boolean;
  carriedBy: string;
}

/** What a requester says of a copy, as far as tests look. */
export interface IncomingTask extends ToldTask {
  owner: string;
  documentsApplied: number;
  position: number | null;
  stalledBecause: string | null;
}

/** What an owner says of a task, as far as tests look. */
export interface OutgoingTask extends ToldTask {
  requester: string;
  confirmedEtag: number | null;
  sourceEtag: number | null;
  documentsRead: number | null;
  documentsTotal: number | null;
}

/** What a module says of all that it takes and sends. */
export interface View {
  incoming: IncomingTask[];
  outgoing: OutgoingTask[];
}

/** What a module says of the copy of `collection` that it keeps. */
export async function incomingOf(member: Member, collection = 'Cars'): Promise<IncomingTask> {
  const { body } = await member.operate<View>('/spark/replication');
  return only(body.incoming, collection);
}

/** What a module says of the task by which `collection` goes to another one. */
export async function outgoingOf(member: Member, collection = 'Cars'): Promise<OutgoingTask> {
  const { body } = await member.operate<View>('/spark/replication');
  return only(body.outgoing, collection);
}

function only<T extends { collection: string }>(tasks: T[], collection: string): T {
  const task = tasks.find((one) => one.collection === collection);
  if (task) return task;
  throw new Error(`no task on ${collection}`);
}
