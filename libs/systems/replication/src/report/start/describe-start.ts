import type { StoreInfo } from '@nestjs-spark/store';
import type { Share } from '../../declare/shares.ts';
import type { ChosenEngine } from '../../deploy/engines/choose-engine.ts';
import type { IncomingTask } from '../../tasks/task-status.ts';

/** A module's report on itself after its start. */
export interface StartFacts {
  name: string;
  /** Empty without HTTP. */
  address: string;
  store: Pick<StoreInfo, 'kind' | 'databaseName' | 'databaseUrls'>;
  engine: ChosenEngine;
  shares: readonly Share[];
  tasks: readonly CopyFacts[];
}

/** The reported part of one declared copy. */
export type CopyFacts = Pick<
  IncomingTask,
  'owner' | 'collection' | 'name' | 'complete' | 'incompleteBecause'
>;

/** One line: the module, its address and store, what it shares and what it copies. Pure. */
export function describeStart({ name, address, store, engine, shares, tasks }: StartFacts): string {
  return [
    `${name} ${address === '' ? 'without HTTP' : `at ${address}`}, on ${describeStore(store)}`,
    shares.length === 0
      ? 'shares nothing'
      : `shares ${shares.map(describeShare).join(', ')}${describeEngine(engine)}`,
    tasks.length === 0 ? 'copies nothing' : `copies ${tasks.map(nameOf).join(', ')}`,
  ].join('; ');
}

/** One line: how many copies are complete, and what the others wait for. Pure. */
export function describeCopies(tasks: readonly CopyFacts[]): string {
  const waiting = tasks.filter(({ complete }) => !complete);
  const complete = `Copies complete: ${tasks.length - waiting.length} of ${tasks.length}`;
  if (waiting.length === 0) return complete;
  const reasons = waiting.map(
    (task) => `${nameOf(task)}, because ${task.incompleteBecause ?? 'it is not complete'}`,
  );
  return `${complete}. Waiting for ${reasons.join('; for ')}`;
}

function describeStore({ kind, databaseName, databaseUrls }: StartFacts['store']): string {
  return kind === 'sqlite'
    ? `SQLite ${databaseName}`
    : `RavenDB ${databaseName} at ${databaseUrls.join(', ')}`;
}

function describeShare({ collection, with: modules }: Share): string {
  return `${collection} with ${modules.includes('*') ? 'every module' : modules.join(' and ')}`;
}

function describeEngine({ engine, reason, refuses }: ChosenEngine): string {
  return refuses ? `, but refuses every request (${reason})` : ` by the engine ${engine} (${reason})`;
}

/** A second script on the same collection has its own name. */
function nameOf({ owner, collection, name }: CopyFacts): string {
  return name === collection ? `${owner}/${collection}` : `${owner}/${collection} (${name})`;
}
