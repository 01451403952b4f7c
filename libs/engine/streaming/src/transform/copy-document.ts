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
  const inCollection = (name: string): string => {
    const written = collections.get(name) ?? `"@collection":${JSON.stringify(name)}${source}`;
    collections.set(name, written);
    return written;
  };
  const marks = (collection: string, { id, etag }: CopiedDocument): string => {
    const from = JSON.stringify(id).slice(1);
    return `${inCollection(collection)}${from},"${COPY_ETAG}":${etag}${end}`;
  };
  const write = ({ fields, collection, metadata }: CopyContent, from: CopiedDocument): string => {
    const own = metadata === undefined ? '{' : spliceable(metadata);
    return `${spliceable(fields)}"@metadata":${own}${marks(collection, from)}`;
  };
  const inParts: CopyWriter['inParts'] = ({ fields, collection, metadata }, from) => {
    const own = metadata === undefined ? ['{'] : spliceableParts(metadata);
    return [...spliceableParts(fields), '"@metadata":', ...own, marks(collection, from)];
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
