import {
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
const LONGEST_SIGNATURE = 1_024;

/** `moduleInformations/{Name}` as stored in every registry; modules of another lineage write the first five fields only. */
export interface RegistryDocument {
  AppName: string;
  AppUrl: string;
  DatabaseName?: string | null;
  DatabaseUrls?: string[] | null;
  RegisteredAtUtc?: string | null;
  PublicKey?: PublicKeyJwk | null;
  Version?: string | null;
  NextKey?: PublicKeyJwk | null;
  Signature?: string | null;
}

export function toRegistryDocument(information: ModuleInformation): RegistryDocument {
  const { appName, appUrl, databaseName, databaseUrls, registeredAtUtc } = information;
  const { publicKey, version, nextKey, signature } = information;
  return {
    AppName: appName,
    AppUrl: appUrl,
    DatabaseName: databaseName,
    DatabaseUrls: databaseUrls,
    RegisteredAtUtc: registeredAtUtc,
    // JWK member names are defined by the standard.
    ...(publicKey ? { PublicKey: publicKey } : {}),
    ...(version === undefined ? {} : { Version: version }),
    ...(nextKey ? { NextKey: nextKey } : {}),
    ...(signature === undefined ? {} : { Signature: signature }),
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
    NextKey: isNullOr(isKey),
    Signature: isNullOr(isText(LONGEST_SIGNATURE)),
  },
);

/**
 * The module that a registry entry describes. An entry is only a claim: anyone with access to the registry can write anything
 * there.
 * @param module the name under which it was found
 * @returns null for an entry that no module writes, or whose name is another one
 */
export function fromRegistryDocument(document: unknown, module?: string): ModuleInformation | null {
  if (!isEntry(document) || document.AppName === '') return null;
  if (module !== undefined && !sameName(document.AppName, module)) return null;
  const { AppName, AppUrl, DatabaseName, DatabaseUrls, RegisteredAtUtc } = document;
  const { PublicKey, Version, NextKey, Signature } = document;
  return {
    appName: AppName,
    appUrl: AppUrl,
    databaseName: DatabaseName ?? '',
    databaseUrls: DatabaseUrls ?? [],
    registeredAtUtc: RegisteredAtUtc ?? '',
    ...(PublicKey ? { publicKey: PublicKey } : {}),
    ...(Version ? { version: Version } : {}),
    ...(NextKey ? { nextKey: NextKey } : {}),
    ...(Signature ? { signature: Signature } : {}),
  };
}
