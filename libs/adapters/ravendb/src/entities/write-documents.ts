import { VersionConflictError } from '@nestjs-spark/contracts';
import { checkWrite, keptMetadata, ravenKey, type DocumentWrite } from '@nestjs-spark/contracts/internal';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { RavenHttp } from '../connect/raven-http.ts';
import { RavenConflictError } from '../connect/server-error.ts';
import { writtenIn } from '../write/written-in.ts';
import { joinText, splitText, type RavenDocument } from './entity-document.ts';
import { readDocuments } from './read-documents.ts';
import { retryRaces } from './retry-races.ts';

type Put = Extract<DocumentWrite, { kind: 'put' }>;

/**
 * Writes documents in one transaction, which is one `bulk_docs` request. A put is based on the stored text and expects that very
 * version; when no version was requested and another writer was faster, it is rebased on the new text.
 * @returns the results of the puts, in order
 * @throws {VersionConflictError} also when others are faster every time
 */
export async function writeDocuments(
  http: RavenHttp,
  writes: readonly DocumentWrite[],
): Promise<RavenDocument[]> {
  writes.forEach(checkWrite);
  const puts = writes.filter((write) => write.kind === 'put');
  return retryRaces(
    (attempt) => tryToWrite(http, writes, puts, attempt === 1),
    (conflict) => conflict instanceof RavenConflictError && isRace(conflict, puts),
  );
}

export async function writeDocument(http: RavenHttp, put: Put): Promise<RavenDocument> {
  const [document] = await writeDocuments(http, [put]);
  if (!document) throw new Error('A put had no effect');
  return document;
}

async function tryToWrite(
  http: RavenHttp,
  writes: readonly DocumentWrite[],
  puts: readonly Put[],
  trustOrigins: boolean,
): Promise<RavenDocument[]> {
  const there = await findThere(http, puts, trustOrigins);
  const made = new Map(puts.map((put) => [put, makePut(put, there.get(put) ?? null)]));
  const commands = writes.map((write) => (write.kind === 'put' ? made.get(write)?.command : toDelete(write)));
  const body = `{"Commands":[${commands.join(',')}]}`;
  const answer = await http.request({ method: 'POST', path: http.path('/bulk_docs'), body });
  return putResults(writtenIn(http, answer), writes, made);
}

/** The documents that the puts replace. The first time, an entity's own origin is assumed to be current. */
async function findThere(
  http: RavenHttp,
  puts: readonly Put[],
  trustOrigins: boolean,
): Promise<Map<Put, RavenDocument | null>> {
  const there = new Map<Put, RavenDocument | null>();
  for (const put of puts) {
    if (put.version === null) there.set(put, null);
    else if (trustOrigins && isItsOrigin(put)) there.set(put, put.origin);
  }
  const open = puts.filter((put) => !there.has(put));
  if (open.length === 0) return there;
  const found = await readDocuments(
    http,
    open.map(({ id }) => id),
  );
  for (const [index, put] of open.entries()) {
    const document = found[index] ?? null;
    if (put.version !== undefined && put.version !== document?.version)
      throw new VersionConflictError(put.id);
    there.set(put, document);
  }
  return there;
}

function isItsOrigin({ id, declaration, origin, version }: Put): boolean {
  return (
    origin?.id === id &&
    isOf(declaration.collection, origin) &&
    (version === undefined || version === origin.version)
  );
}

function makePut(put: Put, there: RavenDocument | null): { command: string; text: string } {
  const { id, declaration } = put;
  const { collection } = declaration;
  const own = there && isOf(collection, there) ? splitText(there.text) : null;
  const fields = put.fields(own?.fields ?? null);
  const text = joinText(fields, own ? keptMetadata(own.metadata, put, 'ravendb') : '{}', collection);
  // Over a document of another collection, which RavenDB itself refuses.
  const expected = own || !there ? (there?.version ?? '') : (put.version ?? null);
  const command = `{"Id":${JSON.stringify(id)},"Type":"PUT","ChangeVector":${JSON.stringify(expected)},"Document":${text}}`;
  return { command, text };
}

function isOf(collection: string, document: { collection: string }): boolean {
  return sameName(document.collection, collection);
}

// A patch, since a DELETE would not check the document's collection.
const DELETE = `
  const collection = this['@metadata']['@collection'] || '@empty';
  if (collection.toLowerCase() === $collection.toLowerCase()) del(id(this));
  else if ($expected) throw id(this) + ' is one of ' + collection + ' and not of ' + $collection;
`;

function toDelete({ id, declaration, version }: Extract<DocumentWrite, { kind: 'delete' }>): string {
  const Values = { collection: declaration.collection, expected: version !== undefined };
  const patch = JSON.stringify({ Script: DELETE, Values });
  return `{"Id":${JSON.stringify(id)},"Type":"PATCH","ChangeVector":${JSON.stringify(version ?? null)},"Patch":${patch}}`;
}

/** Whether the conflict concerns a put meant to overwrite any version. */
function isRace({ documentId }: RavenConflictError, puts: readonly Put[]): boolean {
  const put = puts.find(({ id }) => documentId !== undefined && ravenKey(id) === ravenKey(documentId));
  return put !== undefined && put.version === undefined;
}

function putResults(
  answer: Buffer,
  writes: readonly DocumentWrite[],
  made: ReadonlyMap<Put, { text: string }>,
): RavenDocument[] {
  const { Results } = JSON.parse(answer.toString('utf8')) as { Results: { '@change-vector'?: string }[] };
  return writes.flatMap((write, index) => {
    if (write.kind !== 'put') return [];
    const { collection } = write.declaration;
    const version = Results[index]?.['@change-vector'] ?? '';
    return [{ id: write.id, version, collection, text: made.get(write)?.text ?? '{}' }];
  });
}
