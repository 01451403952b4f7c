import { CHANGE, VERSION, type Change, type Stored } from '@nestjs-spark/contracts';
import {
  memberName,
  rememberOrigin,
  scanMembers,
  skipValue,
  withoutMembers,
  type EntityMapping,
  type EntityOrigin,
} from '@nestjs-spark/contracts/internal';
import { soleChange } from './change-of.ts';

/** Computed by RavenDB itself. */
const SERVER_KEYS = new Set(['@id', '@change-vector', '@last-modified']);
const METADATA = '@metadata';
const LAST_MEMBER = `"${METADATA}":{`;
const COLLECTION = '@collection';

/** A document as RavenDB returns it: its text, and its metadata. */
export type RavenDocument = EntityOrigin;

/** Splits a document's text; both parts are objects. */
export function splitText(text: string): { fields: string; metadata: string } {
  const at = text.lastIndexOf(LAST_MEMBER);
  // RavenDB writes metadata last. Within another object it would not end one character before the text does.
  if (at > 0 && skipValue(text, at + LAST_MEMBER.length - 1) === text.length - 1) {
    const fields = `{${text.slice(1, text.charAt(at - 1) === ',' ? at - 1 : at)}}`;
    return { fields, metadata: text.slice(at + LAST_MEMBER.length - 1, -1) };
  }
  let metadata = '{}';
  scanMembers(text, (member) => {
    if (memberName(text, member) === METADATA) metadata = text.slice(member.valueStart, member.valueEnd);
  });
  return { fields: withoutMembers(text, new Set([METADATA])), metadata };
}

/** Assembles the text to store. Omits what the server computes, and always names the collection. */
export function joinText(fields: string, metadata: string, collection: string): string {
  const own = withoutMembers(metadata, SERVER_KEYS).slice(1, -1);
  const named = hasMember(metadata, COLLECTION) ? '' : `"${COLLECTION}":${JSON.stringify(collection)}`;
  const inner = [named, own].filter((part) => part !== '').join(',');
  const open = fields.slice(0, fields.lastIndexOf('}'));
  const comma = open.trimEnd().endsWith('{') ? '' : ',';
  return `${open}${comma}"${METADATA}":{${inner}}}`;
}

function hasMember(text: string, name: string): boolean {
  let has = false;
  scanMembers(text, (member) => {
    has ||= memberName(text, member) === name;
  });
  return has;
}

/** Reads an answer's text. */
export function toDocument(text: string): RavenDocument {
  const { '@metadata': metadata = {} } = JSON.parse(`{"@metadata":${splitText(text).metadata}}`) as {
    '@metadata'?: { '@id'?: string; '@change-vector'?: string; '@collection'?: string };
  };
  return {
    id: metadata['@id'] ?? '',
    version: metadata['@change-vector'] ?? '',
    collection: metadata['@collection'] ?? '@empty',
    text,
  };
}

export function fromDocument<T extends object>(
  mapping: EntityMapping,
  document: RavenDocument,
  change: Change | null = soleChange(document.version),
): Stored<T> {
  const entity = mapping.read(splitText(document.text).fields, document.id);
  Object.defineProperty(entity, VERSION, { value: document.version });
  if (change) Object.defineProperty(entity, CHANGE, { value: change });
  rememberOrigin(entity, document);
  return entity as Stored<T>;
}
