import { memberName, scanMembers } from '@nestjs-spark/contracts/internal';
import { nearestName } from '@nestjs-spark/foundation/internal';

/** A field that a script reads and none of the sampled documents has. */
export interface AbsentField {
  field: string;
  /** How many documents were looked at. */
  documents: number;
  /** The field of these documents, or the function, that may be meant; null where nothing is close. */
  meant: string | null;
}

/** What a script may ask of any object. */
export const BUILT_IN = new Set(['@metadata', ...Object.getOwnPropertyNames(Object.prototype)]);

/**
 * Finds the fields that a script reads and no document has: names in another spelling, mostly. One that some document has is
 * fine, and an empty collection says nothing.
 * @param fields what the script reads; null when nobody can tell
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
    // A script that asks for both spellings knows what it does.
    const otherSpelling = [...there].some((name) => isSameWord(name, field) && read.has(name));
    return otherSpelling ? [] : [{ field, documents: documents.length, meant }];
  });
}

/** As people read it: "`number`: 0 of 10 documents have it; did you mean `Number`?" */
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
      // The script that runs over it reports what is not a JSON object.
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
