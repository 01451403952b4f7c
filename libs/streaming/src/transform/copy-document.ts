import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '@nestjs-spark/contracts/internal';

/** What a copy says of where it came from. */
export interface CopyOrigin {
  task: TaskKey;
  /** `generationLabel` of the task. */
  generation: string;
  sourceId: string;
  etag: Etag;
}

/** The text of a copy: the script's fields, untouched, and the metadata of a copy. */
export function copyDocument(
  fields: string,
  collection: string,
  ownMetadata: string | undefined,
  origin: CopyOrigin,
): string {
  const metadata =
    `${spliceable(ownMetadata ?? '{}')}"@collection":${JSON.stringify(collection)},` +
    `"${COPY_SOURCE}":${JSON.stringify(`${origin.task.owner}/${origin.sourceId}`)},` +
    `"${COPY_ETAG}":${origin.etag},"${COPY_GENERATION}":${JSON.stringify(origin.generation)}}`;
  return `${spliceable(fields)}"@metadata":${metadata}}`;
}

/** A JSON object's text, open at its end for one more member. */
function spliceable(object: string): string {
  const open = object.slice(0, object.lastIndexOf('}')).trimEnd();
  return open === '{' ? open : `${open},`;
}
