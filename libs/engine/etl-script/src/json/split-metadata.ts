import { memberName, scanMembers } from '@nestjs-spark/contracts/text';

// What only the source may set, or what names things that do not travel with the document.
const STAYS_BEHIND = new Set([
  '@collection',
  '@id',
  '@change-vector',
  '@last-modified',
  '@flags',
  '@index-score',
  '@attachments',
  '@counters',
  '@timeseries',
]);

/** A document's text split into its parts. */
export interface SplitDocument {
  /** The object without `@metadata`, as written. */
  fields: string;
  /** The metadata that travels, as written; absent when none does. */
  metadata?: string;
  /** The metadata's own `@collection`. */
  collection?: string;
}

/** Splits a document's text. Throws TypeError when its `@metadata` is neither an object nor null. */
export function splitMetadata(text: string): SplitDocument {
  if (!text.includes('@metadata') && !text.includes('\\u')) return { fields: text };
  let fields = '';
  let found: string | undefined;
  scanMembers(text, (member) => {
    if (memberName(text, member) === '@metadata') found = text.slice(member.valueStart, member.valueEnd);
    else fields += (fields === '' ? '' : ',') + text.slice(member.nameStart, member.valueEnd);
  });
  return found === undefined ? { fields: text } : withMetadata(`{${fields}}`, found);
}

/** Takes fields and a metadata object as written, and splits the latter. Throws TypeError when it is neither an object nor null. */
export function withMetadata(fields: string, metadata: string): SplitDocument {
  if (metadata === 'null') return { fields };
  if (!metadata.startsWith('{')) throw new TypeError("the loaded document's @metadata is not an object");
  return { fields, ...travelling(metadata) };
}

function travelling(metadata: string): Pick<SplitDocument, 'metadata' | 'collection'> {
  let kept = '';
  let collection: string | undefined;
  scanMembers(metadata, (member) => {
    const name = memberName(metadata, member);
    if (name === '@collection') collection = textValue(metadata.slice(member.valueStart, member.valueEnd));
    if (STAYS_BEHIND.has(name)) return;
    kept += (kept === '' ? '' : ',') + metadata.slice(member.nameStart, member.valueEnd);
  });
  return { ...(kept !== '' && { metadata: `{${kept}}` }), ...(collection && { collection }) };
}

function textValue(json: string): string | undefined {
  return json.startsWith('"') ? String(JSON.parse(json)) : undefined;
}
