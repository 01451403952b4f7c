import type { DocumentStore, IAuthOptions } from 'ravendb';
import { localName, storedName } from '@nestjs-spark/contracts/internal';
import type { RavenCertificate, RavenSettings } from './settings.ts';

/**
 * The client for one database: PascalCase fields in RavenDB, camelCase in TypeScript, nested objects included.
 * The client does not translate names in queries: write them as stored there (`LicensePlate`). Making it reaches no server.
 * The client is loaded here, when it is first needed: its 1,600 files are two fifths of what a start would read.
 */
export async function createDocumentStore(settings: RavenSettings): Promise<DocumentStore> {
  const { DocumentStore } = await import('ravendb');
  const { urls, database, certificate } = settings;
  const store = certificate
    ? new DocumentStore(urls, database, authOptions(certificate))
    : new DocumentStore(urls, database);
  store.conventions.localToServerFieldNameConverter = (name) =>
    name.startsWith('@') ? name : storedName(name);
  store.conventions.serverToLocalFieldNameConverter = localName;
  // An object literal says its collection in its metadata, as everywhere else in Spark.
  store.conventions.findCollectionNameForObjectLiteral = collectionInMetadata;
  // A server behind a container's port tells addresses that nobody outside can reach; ours are given.
  store.conventions.disableTopologyUpdates = true;
  store.initialize();
  return store;
}

function collectionInMetadata(entity: object & { '@metadata'?: { '@collection'?: string } }): string {
  return entity['@metadata']?.['@collection'] ?? '@empty';
}

function authOptions({ type, certificate, passphrase, ca }: RavenCertificate): IAuthOptions {
  const more = { ...(passphrase ? { password: passphrase } : {}), ...(ca ? { ca: String(ca) } : {}) };
  return type === 'pfx'
    ? { type, certificate: certificate as Buffer, ...more }
    : { type, certificate: String(certificate), ...more };
}
