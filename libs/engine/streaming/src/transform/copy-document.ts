import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE, type TextPart } from '@nestjs-spark/contracts/internal';

const CLOSE = 0x7d;
const SPACE = 0x20;

/** What a script made of a document: texts of JSON objects, without a copy's metadata. */
export interface CopyContent<Text extends TextPart = string> {
  fields: Text;
  collection: string;
  metadata?: Text;
}

/** Writes the text of a copy: the script's fields, untouched, and a copy's metadata. */
export interface CopyWriter {
  (content: CopyContent, source: CopiedDocument): string;
  /** The same text in parts, the script's bytes among them. */
  inParts(content: CopyContent<Uint8Array<ArrayBuffer>>, source: CopiedDocument): readonly TextPart[];
}

interface CopiedDocument {
  id: string;
  etag: Etag;
}

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
  const restOf = ({ id, etag }: CopiedDocument): string =>
    `${JSON.stringify(id).slice(1)},"${COPY_ETAG}":${etag}${end}`;
  const write = ({ fields, collection, metadata }: CopyContent, from: CopiedDocument): string => {
    const beginning =
      metadata === undefined
        ? beginningIn(collection)
        : `"@metadata":${spliceable(metadata)}${inCollection(collection)}`;
    return `${spliceable(fields)}${beginning}${restOf(from)}`;
  };
  const inParts: CopyWriter['inParts'] = ({ fields, collection, metadata }, from) => {
    const open = spliceableParts(fields);
    if (metadata === undefined) return [...open, `${beginningIn(collection)}${restOf(from)}`];
    const own = spliceableParts(metadata);
    return [...open, '"@metadata":', ...own, `${inCollection(collection)}${restOf(from)}`];
  };
  return Object.assign(write, { inParts });
}

/** A JSON object's text, left open for one more member. */
function spliceable(object: string): string {
  const open = object.slice(0, object.lastIndexOf('}')).trimEnd();
  return open === '{' ? open : `${open},`;
}

function spliceableParts(object: Uint8Array<ArrayBuffer>): TextPart[] {
  let length = object.lastIndexOf(CLOSE);
  while ((object[length - 1] ?? 0) <= SPACE) length--;
  const open = object.subarray(0, length);
  return length === 1 ? [open] : [open, ','];
}
