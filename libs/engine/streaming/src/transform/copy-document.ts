import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE } from '@nestjs-spark/contracts/internal';

/** What a script made of a document: texts of JSON objects, without a copy's metadata. */
export interface CopyContent {
  fields: string;
  collection: string;
  metadata?: string;
}

/** Writes the text of a copy: the script's fields, untouched, and a copy's metadata. */
export type CopyWriter = (content: CopyContent, source: { id: string; etag: Etag }) => string;

/**
 * For the copies of one task. What they share is formatted once: a first copy has millions.
 * @param generation `generationLabel` of the task
 */
export function copyWriter({ owner }: TaskKey, generation: string): CopyWriter {
  const source = `,"${COPY_SOURCE}":${JSON.stringify(`${owner}/`).slice(0, -1)}`;
  const end = `,"${COPY_GENERATION}":${JSON.stringify(generation)}}}`;
  const collections = new Map<string, string>();
  const inCollection = (name: string): string => `"@collection":${JSON.stringify(name)}${source}`;
  // Of a copy without metadata of its own: almost every one.
  const beginningIn = (name: string): string => {
    const known = collections.get(name);
    if (known !== undefined) return known;
    const written = `"@metadata":{${inCollection(name)}`;
    collections.set(name, written);
    return written;
  };
  return ({ fields, collection, metadata }, { id, etag }) => {
    const beginning =
      metadata === undefined
        ? beginningIn(collection)
        : `"@metadata":${spliceable(metadata)}${inCollection(collection)}`;
    return `${spliceable(fields)}${beginning}${JSON.stringify(id).slice(1)},"${COPY_ETAG}":${etag}${end}`;
  };
}

/** A JSON object's text, left open for one more member. */
function spliceable(object: string): string {
  const open = object.slice(0, object.lastIndexOf('}')).trimEnd();
  return open === '{' ? open : `${open},`;
}
