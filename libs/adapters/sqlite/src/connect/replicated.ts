import type { OpenDatabase } from './open-database.ts';
import { sameName } from '@nestjs-spark/foundation/internal';

/** What is known of a file that is one of several replicas. */
interface Replicated {
  readonly collections: readonly string[];
  /** Suffix of the ids that this node makes, so that no two nodes make the same. */
  readonly tag: string;
}

const files = new WeakMap<OpenDatabase, Replicated>();

export function setReplicated(open: OpenDatabase, replicated: Replicated): void {
  files.set(open, replicated);
}

/** Changes the suffix of the ids made from now on. */
export function setTag(open: OpenDatabase, tag: string): void {
  const known = files.get(open);
  if (known) files.set(open, { ...known, tag });
}

export function isReplicated(open: OpenDatabase, collection: string): boolean {
  return files.get(open)?.collections.some((one) => sameName(one, collection)) ?? false;
}

/**
 * Whether this is the very name under which the nodes replicate a collection: events of another one, even of a table that is here, are kept and not
 * shown.
 */
export function isEntity(open: OpenDatabase, name: string): boolean {
  return files.get(open)?.collections.includes(name) ?? false;
}

/** The suffix of an id made here. */
export function idTag(open: OpenDatabase, collection: string): string {
  return isReplicated(open, collection) ? (files.get(open)?.tag ?? 'A') : 'A';
}

/** The names of a record's heads, which are the same on every node. */
export function headsOf(open: OpenDatabase, collection: string, id: string): string {
  const rows = open.rows<{ name: string }>(
    `SELECT origin || ':' || number AS name FROM spark_peer_heads WHERE entity = ? AND record_id = ?`,
    collection,
    id,
  );
  return rows
    .map(({ name }) => name)
    .toSorted()
    .join(',');
}

/** The number of its first event. */
const BEGIN_TX = `UPDATE spark_peer SET tx =
  1 + (SELECT applied FROM spark_peer_origins AS own WHERE own.origin = spark_peer.origin)`;

/** Events of one transaction of this process refer to the first of them; those of other programs stand alone. */
export function beginTransaction(open: OpenDatabase): void {
  if (files.has(open)) open.prepare(BEGIN_TX).run();
}

export function endTransaction(open: OpenDatabase): void {
  if (files.has(open)) open.prepare('UPDATE spark_peer SET tx = 0, applying = FALSE').run();
}

/** The transaction of each file that applies other nodes' writes. */
const applying = new WeakMap<OpenDatabase, number>();

/**
 * From now until this write transaction ends, no change is recorded as this node's own: what it writes comes from elsewhere. Set
 * once per transaction, since a batch of hundreds of events would otherwise set it for each.
 */
export function applyFromNowOn(open: OpenDatabase): void {
  if (applying.get(open) === open.transaction) return;
  open.prepare('UPDATE spark_peer SET applying = TRUE').run();
  applying.set(open, open.transaction);
}
