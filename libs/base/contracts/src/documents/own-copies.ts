import { copiesLabel, copiesSource } from '../names/copies-name.ts';

/** What tells a copy from the module's own documents: its metadata's `spark-generation` and `spark-source`. */
export interface CopyMarks {
  generation: string | null;
  copyOf: string | null;
}

/** Tells the copies of one name from all other documents; names compare without regard to case. */
export function isCopyOf(name: string): (document: CopyMarks) => boolean {
  const generations = `${copiesLabel(name)}:`.toLowerCase();
  const source = `${copiesSource(name)}/`.toLowerCase();
  return ({ generation, copyOf }) =>
    generation !== null &&
    generation.toLowerCase().startsWith(generations) &&
    // Copies from two places may have the same label.
    (copyOf === null || copyOf.toLowerCase().startsWith(source));
}
