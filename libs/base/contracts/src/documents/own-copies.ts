import { copiesLabel, copiesSource } from '../names/copies-name.ts';

/** What distinguishes a copy from the module's own documents: `spark-generation` and `spark-source` in its metadata. */
export interface CopyMarks {
  generation: string | null;
  copyOf: string | null;
}

/** Distinguishes the copies of one name from all other documents; names are compared case-insensitively. */
export function isCopyOf(name: string): (document: CopyMarks) => boolean {
  const generations = `${copiesLabel(name)}:`.toLowerCase();
  const source = `${copiesSource(name)}/`.toLowerCase();
  return ({ generation, copyOf }) =>
    generation !== null &&
    generation.toLowerCase().startsWith(generations) &&
    // Copies of two owners may have the same label.
    (copyOf === null || copyOf.toLowerCase().startsWith(source));
}
