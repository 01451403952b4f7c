import type { ModuleInformation, PublicKeyJwk } from './module-information.ts';

/** The collection of the modules' documents. */
export const MODULES = 'ModuleInformations';

/** `moduleInformations/{Name}` as stored in every registry; modules of another lineage write the first five fields only. */
export interface RegistryDocument {
  AppName: string;
  AppUrl: string;
  DatabaseName?: string | null;
  DatabaseUrls?: string[] | null;
  RegisteredAtUtc?: string | null;
  PublicKey?: PublicKeyJwk | null;
  Version?: string | null;
}

export function toRegistryDocument(information: ModuleInformation): RegistryDocument {
  const { appName, appUrl, databaseName, databaseUrls, registeredAtUtc, publicKey, version } = information;
  return {
    AppName: appName,
    AppUrl: appUrl,
    DatabaseName: databaseName,
    DatabaseUrls: databaseUrls,
    RegisteredAtUtc: registeredAtUtc,
    // The members of a JWK are spelled by its standard.
    ...(publicKey ? { PublicKey: publicKey } : {}),
    ...(version === undefined ? {} : { Version: version }),
  };
}

/** Null for a document that does not name a module and where it is. */
export function fromRegistryDocument(document: RegistryDocument): ModuleInformation | null {
  const { AppName, AppUrl, DatabaseName, DatabaseUrls, RegisteredAtUtc, PublicKey, Version } = document;
  if (typeof AppName !== 'string' || typeof AppUrl !== 'string') return null;
  return {
    appName: AppName,
    appUrl: AppUrl,
    databaseName: DatabaseName ?? '',
    databaseUrls: DatabaseUrls ?? [],
    registeredAtUtc: RegisteredAtUtc ?? '',
    ...(PublicKey ? { publicKey: PublicKey } : {}),
    ...(Version ? { version: Version } : {}),
  };
}
