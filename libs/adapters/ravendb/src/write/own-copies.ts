import { COPY_GENERATION, COPY_SOURCE, copiesLabel, copiesSource } from '@nestjs-spark/contracts/internal';

/** A copy as it was when read; deleting it expects that version. */
export interface Copy {
  id: string;
  changeVector: string;
}

const DELETE_IF_COPY = `
  const metadata = this['@metadata'];
  const generation = metadata['${COPY_GENERATION}'];
  const source = metadata['${COPY_SOURCE}'];
  if (generation && generation.startsWith($generations) && (!source || source.toLowerCase().startsWith($source)))
    del(id(this));
`;

/** The same check as a patch, for RavenDB to evaluate at the time of writing. */
export function deleteIfCopyOf(name: string): { Script: string; Values: Record<string, string> } {
  const Values = { generations: `${copiesLabel(name)}:`, source: `${copiesSource(name)}/`.toLowerCase() };
  return { Script: DELETE_IF_COPY, Values };
}
