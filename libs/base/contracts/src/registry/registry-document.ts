import {
  isBoolean,
  isListOf,
  isNullOr,
  isObjectOf,
  isText,
  sameName,
  type Guard,
} from '@nestjs-spark/foundation/internal';
import { isModuleUrl } from '../names/http-address.ts';
import type { ModuleInformation, PublicKeyJwk } from './module-information.ts';

/** The collection of the modules' documents. */
export const MODULES = 'ModuleInformations';

const LONGEST_NAME = 256;
const MOST_URLS = 100;

/** `moduleInformations/{Name}` as stored in every registry; modules of another lineage write the first five fields only. */
export interface RegistryDocument {
  AppName: string;
  AppUrl: string;
  DatabaseName?: string | null;
  DatabaseUrls?: string[] | null;
  RegisteredAtUtc?: string | null;
  PublicKey?: PublicKeyJwk | null;
  Version?: string | null;
  Signs?: boolean | null;
}

export function toRegistryDocument(information: ModuleInformation): RegistryDocument {
  const { appName, appUrl, databaseName, databaseUrls, registeredAtUtc, publicKey, version, signs } =
    information;
  return {
    AppName: appName,
    AppUrl: appUrl,
    DatabaseName: databaseName,
    DatabaseUrls: databaseUrls,
    RegisteredAtUtc: registeredAtUtc,
    // The members of a JWK are spelled by its standard.
    ...(publicKey ? { PublicKey: publicKey } : {}),
    ...(version === undefined ? {} : { Version: version }),
    ...(signs ? { Signs: true } : {}),
  };
}

const isKey: Guard<PublicKeyJwk> = isObjectOf({ kty: isText(), crv: isText(), x: isText() });
const isEntry: Guard<RegistryDocument> = isObjectOf(
  { AppName: isText(LONGEST_NAME), AppUrl: (value): value is string => isModuleUrl(value) },
  {
    DatabaseName: isNullOr(isText()),
    DatabaseUrls: isNullOr(isListOf(isText(), MOST_URLS)),
    RegisteredAtUtc: isNullOr(isText()),
    PublicKey: isNullOr(isKey),
    Version: isNullOr(isText()),
    Signs: isNullOr(isBoolean),
  },
);

/**
 * The module that an entry of a registry is about. An entry is only a claim: anyone with access to the registry can write anything there.
 * @param module the name under which it was found
 * @returns null for what no module writes, and for the entry of another name
 */
export function fromRegistryDocument(document: unknown, module?: string): ModuleInformation | null {
  if (!isEntry(document) || document.AppName === '') return null;
  if (module !== undefined && !sameName(document.AppName, module)) return null;
  const { AppName, AppUrl, DatabaseName, DatabaseUrls, RegisteredAtUtc, PublicKey, Version, Signs } =
    document;
  return {
    appName: AppName,
    appUrl: AppUrl,
    databaseName: DatabaseName ?? '',
    databaseUrls: DatabaseUrls ?? [],
    registeredAtUtc: RegisteredAtUtc ?? '',
    ...(PublicKey ? { publicKey: PublicKey } : {}),
    ...(Version ? { version: Version } : {}),
    ...(Signs ? { signs: true } : {}),
  };
}
