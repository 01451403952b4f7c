import { memberName, scanMembers } from '@nestjs-spark/contracts/internal';
import { nearestName } from '@nestjs-spark/foundation/internal';

/** A field that a script reads and none of the sampled documents has. */
export interface AbsentField {
  field: string;
  /** The number of sampled documents. */
  documents: number;
  /** The similar field or function that was probably meant; null if there is none. */
  meant: string | null;
}

/** Names that every object has. */
export const BUILT_IN = new Set(['@metadata', ...Object.getOwnPropertyNames(Object.prototype)]);

/**
 * Finds fields that a script reads and no document has, which are mostly misspelled names. A field that any document has is fine, and an empty
 * collection proves nothing.
 * @param fields what the script reads; null if that cannot be determined
 * @param documents a sample, as JSON texts
 */
export function absentFields(fields: readonly string[] | null, documents: readonly string[]): AbsentField[] {
  if (fields === null || fields.length === 0 || documents.length === 0) return [];
  const there = fieldNames(documents);
  const own = [...there].filter((name) => !BUILT_IN.has(name));
  const absent = fields.filter((field) => !there.has(field) && !BUILT_IN.has(field));
  const read = new Set(fields);
  return absent.flatMap((field): AbsentField[] => {
    const meant = isId(field) ? 'id(this)' : nearestName(field, own);
    // A script that reads both spellings does so deliberately.
    const otherSpelling = [...there].some((name) => isSameWord(name, field) && read.has(name));
    return otherSpelling ? [] : [{ field, documents: documents.length, meant }];
  });
}

/** In words: "`number`: 0 of 10 documents have it; did you mean `Number`?" */
export function describeAbsent({ field, documents, meant }: AbsentField): string {
  const count = documents === 1 ? '0 of 1 document has it' : `0 of ${documents} documents have it`;
  return `\`${field}\`: ${count}${meant === null ? '' : `; did you mean \`${meant}\`?`}`;
}

function fieldNames(documents: readonly string[]): Set<string> {
  const names = new Set<string>();
  for (const text of documents) {
    try {
      scanMembers(text, (member) => void names.add(memberName(text, member)));
    } catch {
      // The script reports documents that are not JSON objects.
    }
  }
  return names;
}

function isId(field: string): boolean {
  return field.toLowerCase() === 'id';
}

function isSameWord(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
