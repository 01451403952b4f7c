import { nameKey } from '@nestjs-spark/foundation/internal';

/**
 * What a sink's copies, their checkpoint and the records of what failed are kept under: a plain name of parts between
 * slashes, such as `Fleet/HR/Cars`. The first part says where the copies come from, the others what they are labelled
 * with. Names that differ only in case are the same name.
 */

/** Where the copies of a name come from, as `spark-source` begins: `Fleet`. */
export function copiesSource(name: string): string {
  return name.slice(0, firstSlash(name));
}

/** What the copies of a name are labelled with, as `spark-generation` begins: `HR/cars`. */
export function copiesLabel(name: string): string {
  const label = name.slice(firstSlash(name) + 1);
  const last = label.lastIndexOf('/') + 1;
  return label.slice(0, last) + nameKey(label.slice(last));
}

function firstSlash(name: string): number {
  const at = name.indexOf('/');
  if (at < 1) throw new TypeError(`${JSON.stringify(name)} is not a name of at least two parts`);
  return at;
}
