import { nameKey } from '@nestjs-spark/foundation/internal';

/**
 * The key of a sink's copies, their checkpoint and their failure records: a plain name of parts separated by slashes, such as
 * `Fleet/HR/Cars`. The first part says where the copies come from, the rest is their label. Names that differ only in case are
 * the same name.
 */

/** The origin of a name's copies, which is how their `spark-source` begins: `Fleet`. */
export function copiesSource(name: string): string {
  return name.slice(0, firstSlash(name));
}

/** The label of a name's copies, which is how their `spark-generation` begins: `HR/cars`. */
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
