import type { DocumentStore, IAuthOptions } from 'ravendb';
import { type Agent, fetch } from 'undici';
import { loadPackage } from '@nestjs-spark/foundation/internal';
import { localName, storedName } from '@nestjs-spark/contracts/internal';
import { pemForClient } from './read-certificate.ts';
import type { RavenCertificate, RavenSettings } from './settings.ts';

/**
 * The client for one database: PascalCase fields in RavenDB, camelCase in TypeScript, nested objects included. The client does
 * not translate names in queries: write them as stored (`LicensePlate`). Creating it contacts no server. The client package is
 * loaded here, when first needed: its 1,600 files are two fifths of what a start would read.
 * @param agent makes the connections to a secured server; null for an unsecured one
 */
export async function createDocumentStore(
  settings: RavenSettings,
  agent: Agent | null,
): Promise<DocumentStore> {
  const { DocumentStore } = await loadPackage('ravendb', () => import('ravendb'));
  const { urls, database, certificate: source } = settings;
  const certificate = typeof source === 'function' ? source() : source;
  const store = certificate
    ? new DocumentStore(urls, database, authOptions(certificate))
    : new DocumentStore(urls, database);
  // The client's own connections support only one key format, and do not notice a renewed certificate.
  if (agent) store.conventions.customFetch = fetchOver(agent);
  store.conventions.localToServerFieldNameConverter = (name) =>
    name.startsWith('@') ? name : storedName(name);
  store.conventions.serverToLocalFieldNameConverter = localName;
  // An object literal names its collection in its metadata, as everywhere else in Spark.
  store.conventions.findCollectionNameForObjectLiteral = collectionInMetadata;
  // A server behind a container's port announces addresses that are unreachable from outside, so ours are used.
  store.conventions.disableTopologyUpdates = true;
  store.initialize();
  return store;
}

function collectionInMetadata(entity: object & { '@metadata'?: { '@collection'?: string } }): string {
  return entity['@metadata']?.['@collection'] ?? '@empty';
}

function authOptions(given: RavenCertificate): IAuthOptions {
  const { type, certificate, passphrase, ca } = given;
  const more = { ...(passphrase ? { password: passphrase } : {}), ...(ca ? { ca: String(ca) } : {}) };
  return type === 'pfx'
    ? { type, certificate: certificate as Buffer, ...more }
    : { type, certificate: pemForClient(given) ?? String(certificate), ...more };
}

function fetchOver(dispatcher: Agent): typeof globalThis.fetch {
  const overAgent = (...[input, options]: Parameters<typeof fetch>) =>
    fetch(input, { ...options, dispatcher });
  // undici's request and response types are not identical to the global ones, although they come from the same code.
  return overAgent as unknown as typeof globalThis.fetch;
}
