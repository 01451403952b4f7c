import type { TaskKey } from '@nestjs-spark/contracts';
import { COPY_GENERATION, COPY_SOURCE, taskLabel } from '@nestjs-spark/contracts/internal';
import type { DocumentMetadata } from '../read-changes/document-metadata.ts';

/** A copy as it was when it was looked at; deleting it expects that version. */
export interface Copy {
  id: string;
  changeVector: string;
}

/** Tells the copies that one task made from all other documents. */
export function isCopyOf(task: TaskKey): (document: DocumentMetadata) => boolean {
  const generations = `${taskLabel(task)}:`;
  const source = `${task.owner}/`.toLowerCase();
  return ({ generation, copyOf }) =>
    generation !== null &&
    generation.startsWith(generations) &&
    // Two owners may each have a task of this name with the same requester.
    (copyOf === null || copyOf.toLowerCase().startsWith(source));
}

const DELETE_IF_COPY = `
  const metadata = this['@metadata'];
  const generation = metadata['${COPY_GENERATION}'];
  const source = metadata['${COPY_SOURCE}'];
  if (generation && generation.startsWith($generations) && (!source || source.toLowerCase().startsWith($source)))
    del(id(this));
`;

/** The same as a patch, for RavenDB to decide at the moment of writing. */
export function deleteIfCopyOf(task: TaskKey): { Script: string; Values: Record<string, string> } {
  const Values = { generations: `${taskLabel(task)}:`, source: `${task.owner}/`.toLowerCase() };
  return { Script: DELETE_IF_COPY, Values };
}
