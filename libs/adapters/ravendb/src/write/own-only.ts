import {
  COPY_GENERATION,
  COPY_SOURCE,
  copiesLabel,
  copiesSource,
  type Overwrite,
} from '@nestjs-spark/contracts/internal';
import { RavenRefusedError } from '../connect/server-error.ts';

/** Ids to put where only copies of the task may exist. */
export interface OwnOnly {
  name: string;
  ids: readonly string[];
  overwrite: Overwrite | undefined;
}

// A patch that changes nothing writes nothing; one that throws aborts the whole transaction.
const REFUSE_UNLESS_OWN = `
  const metadata = this['@metadata'];
  const generation = metadata['${COPY_GENERATION}'];
  const source = metadata['${COPY_SOURCE}'];
  if (!generation ? !$adopts
    : !generation.toLowerCase().startsWith($generations) || (source && !source.toLowerCase().startsWith($source)))
    throw new Error('not a copy of this task');
`;

/**
 * The commands by which RavenDB checks, at the time of writing, what is stored under these ids; for an id without a document they
 * do nothing.
 */
export function refuseUnlessOwn({ name, ids, overwrite }: OwnOnly): string[] {
  if (ids.length === 0) return [];
  const Values = {
    generations: `${copiesLabel(name)}:`.toLowerCase(),
    source: `${copiesSource(name)}/`.toLowerCase(),
    adopts: overwrite === 'own',
  };
  const patch = JSON.stringify({ Script: REFUSE_UNLESS_OWN, Values });
  const each = ids.map((id) => `{"Id":${JSON.stringify(id)},"ChangeVector":null}`).join(',');
  return [`{"Type":"BatchPATCH","Name":"spark-own-only","Ids":[${each}],"Patch":${patch}}`];
}

/** Whether a transaction was refused for this reason. */
export function isNotOwn(error: unknown): error is RavenRefusedError {
  return error instanceof RavenRefusedError && error.type.includes('JavaScriptException');
}
