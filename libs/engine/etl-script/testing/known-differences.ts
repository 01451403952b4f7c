import type { NormalCommands } from './compare-commands.ts';
import { differencesOf } from './compare-json.ts';

/**
 * Where our commands may differ from RavenDB's, each with its reason; `docs/reference/script-language/differences.md` documents
 * them for users. Any other difference is a fault.
 */
export function unexplained(ours: NormalCommands, ravens: NormalCommands, sources: string): string[] {
  const sameNumber = (mine: string, theirs: string): boolean => isKnownSpelling(mine, theirs, sources);
  const found: string[] = [];
  if (ours.deletes.join('\n').toLowerCase() !== ravens.deletes.join('\n').toLowerCase())
    found.push(`deletes: ${ours.deletes.join()} here, ${ravens.deletes.join()} there`);
  if (ours.puts.length !== ravens.puts.length)
    found.push(`${ours.puts.length} puts here, ${ravens.puts.length} there`);
  ours.puts.forEach((put, i) => {
    const raven = ravens.puts[i];
    if (!raven) return;
    if (put.id.toLowerCase() !== raven.id.toLowerCase())
      found.push(`put ${i}: id ${put.id} here, ${raven.id} there`);
    if (put.collection !== raven.collection)
      found.push(`put ${i}: collection ${put.collection} here, ${raven.collection} there`);
    // The series are not sent with `loadTo`, so their names stay behind too; RavenDB sends the names.
    const metadata = raven.metadata.replace(/,?"@timeseries":\[[^\]]*\]/, '').replace(/^\{,/, '{');
    found.push(
      ...differencesOf(put.metadata, metadata, sameNumber).map((text) => `put ${i} metadata${text}`),
    );
    found.push(
      ...differencesOf(put.fields, raven.fields, sameNumber).map((text) => `put ${i} fields${text}`),
    );
  });
  return found;
}

/**
 * The same value in another spelling. Ours is the source's own if the script only passed a number on (RavenDB only keeps it in
 * untouched objects), otherwise JavaScript's; RavenDB writes doubles as .NET does (`1E+20`, `0.0`).
 */
function isKnownSpelling(ours: string, theirs: string, sources: string): boolean {
  if (Number(ours) !== Number(theirs)) return false;
  return ours === String(Number(ours)) || (ours === '-0' && theirs === '0') || sources.includes(ours);
}

/** Loads from which RavenDB makes something that nobody can have meant. */
export function isRefusedHere(reason: string): boolean {
  return /an object contains itself|was loaded before/.test(reason);
}
