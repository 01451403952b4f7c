import { hash } from 'node:crypto';
import type { Etag } from '@nestjs-spark/contracts';
import { COPY_ETAG, COPY_GENERATION, COPY_SOURCE, type CopyMarks } from '@nestjs-spark/contracts/internal';
import { isObject, nameKey } from '@nestjs-spark/foundation/internal';
import { readExactly, write } from './canonical-json.ts';

/** A copy, as it was sent or as it is stored, in a form in which both can be compared. */
export interface CopyContent extends CopyMarks {
  /** `spark-etag`; null when the metadata does not say, or says something else. */
  sourceEtag: Etag | null;
  /** Hash of the text; null where the metadata holds more than a copy's marks. Equal texts are equal copies. */
  exact: string | null;
  /** Hash of what the text says, which is the same in every store. */
  canonical(): string;
}

const METADATA = ',"@metadata":';
const SOURCE = `"${COPY_SOURCE}":"(?<copyOf>[^"\\\\]*)"`;
const ETAG = `"${COPY_ETAG}":(?<etag>\\d{1,15})`;
const GENERATION = `"${COPY_GENERATION}":"(?<generation>[^"\\\\]*)"`;
// What the engine writes, in its order or in that of the names, as RavenDB has it; and what stores add after it. Everything
// else is parsed.
const PLAIN = [plainIn(SOURCE, ETAG, GENERATION), plainIn(ETAG, GENERATION, SOURCE)];

function plainIn(...marks: string[]): RegExp {
  const more = '(?:,"@(?:change-vector|flags|id|last-modified)":"[^"\\\\]*")*';
  return new RegExp(`^\\{"@collection":"(?<collection>[^"\\\\]*)",${marks.join(',')}${more}\\}\\}$`);
}
const MARKS = new Set<string>([COPY_SOURCE, COPY_ETAG, COPY_GENERATION, '@collection']);
/** What a store writes into a document's metadata by itself. */
const STORES_OWN = new Set([
  '@attachments',
  '@change-vector',
  '@counters',
  '@flags',
  '@id',
  '@index-score',
  '@last-modified',
  '@timeseries',
]);

/** @param text the whole document, `@metadata` included */
export function readContent(text: string): CopyContent {
  const at = text.lastIndexOf(METADATA);
  const plain = at < 0 ? null : readPlain(text.slice(at + METADATA.length));
  const canonical = (): string => canonicalHash(text);
  if (!plain) return { ...readMarks(text), exact: null, canonical };
  const { collection = '', copyOf = '', etag, generation = '' } = plain;
  const exact = hashOf(`${nameKey(collection)}\n${text.slice(0, at)}`);
  return { copyOf, generation, sourceEtag: Number(etag), exact, canonical };
}

function readPlain(metadata: string): Partial<Record<string, string>> | null {
  for (const order of PLAIN) {
    const groups = order.exec(metadata)?.groups;
    if (groups) return groups;
  }
  return null;
}

/** How a copy's content is named in an owner's answer: by its text where that is enough, otherwise by what it says. */
export function markOf(content: CopyContent, canonical: boolean): string {
  return canonical || content.exact === null ? `c${content.canonical()}` : `x${content.exact}`;
}

export function hasMark(content: CopyContent, mark: string): boolean {
  return mark === `${mark[0]}${mark.startsWith('x') ? content.exact : content.canonical()}`;
}

function readMarks(text: string): Pick<CopyContent, 'copyOf' | 'generation' | 'sourceEtag'> {
  const { metadata } = parse(text);
  const textOf = (name: string): string | null => {
    const value = metadata[name];
    return typeof value === 'string' ? value : null;
  };
  const etag = Number(write(metadata[COPY_ETAG]));
  const sourceEtag = Number.isSafeInteger(etag) && etag >= 0 ? etag : null;
  return { copyOf: textOf(COPY_SOURCE), generation: textOf(COPY_GENERATION), sourceEtag };
}

function canonicalHash(text: string): string {
  const { fields, metadata } = parse(text);
  const own = Object.entries(metadata).filter(([name]) => !MARKS.has(name) && !STORES_OWN.has(name));
  const collection = metadata['@collection'];
  const parts = [nameKey(String(collection)), write(Object.fromEntries(own)), write(fields)];
  return hashOf(parts.join('\n'));
}

function parse(text: string): { fields: Record<string, unknown>; metadata: Record<string, unknown> } {
  const document = readExactly(text);
  const { '@metadata': metadata, ...fields } = isObject(document) ? document : {};
  return { fields, metadata: isObject(metadata) ? metadata : {} };
}

/** 128 bits of SHA-256: nobody finds a second text for them. */
function hashOf(text: string): string {
  return hash('sha256', text, 'base64').slice(0, 22);
}
