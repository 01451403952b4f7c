import { Logger, Scope, type FactoryProvider } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { StoreRefusedError } from '@nestjs-spark/contracts';
import { Breakers } from '@nestjs-spark/foundation/internal';
import { isReadAtStart, readTogether } from '@nestjs-spark/observability/internal';
import { openSecrets } from '@nestjs-spark/secrets/internal';
import { unusableFile } from '@nestjs-spark/sqlite/internal';
import { StoreBackup } from '../back-up/store-backup.ts';
import { chooseParts } from '../choose/choose-parts.ts';
import type { SparkStoreOptions } from '../choose/options.ts';
import type { StoreParts } from '../choose/parts.ts';
import { readSettings, type StoreSettings } from '../choose/read-settings.ts';
import { StorePreparation } from '../come-up/store-preparation.ts';
import { SparkTransactions } from '../transactions/spark-transactions.ts';
import {
  CHANGE_FEED,
  CHANGE_TARGET,
  DOCUMENT_STORE,
  MODULE_REGISTRY,
  OWN_CHANGES,
  RAVEN_CONNECTION,
  SQLITE_DATABASE,
  STATE_STORE,
  STORE_INFO,
  STORE_PARTS,
} from './tokens.ts';

/**
 * The parts of the application's store as providers.
 * @param options the token that provides the module's options
 */
export function storeProviders(options: string | symbol): FactoryProvider[] {
  const parts: FactoryProvider<StoreParts> = {
    provide: isReadAtStart(STORE_PARTS),
    // Uses the breakers of observability if the application has it.
    inject: [options, ModulesContainer, { token: Breakers, optional: true }],
    useFactory: (given: SparkStoreOptions, modules: ModulesContainer, breakers: Breakers = new Breakers()) =>
      readTogether(modules, STORE_PARTS, async () => {
        const secrets = await openSecrets(process.env);
        const settings = readSettings(given, process.env, secrets);
        refuseUnusable(settings);
        return chooseParts(settings, new Logger('SparkStore'), breakers);
      }),
  };
  return [
    parts,
    part(
      StorePreparation,
      ({ prepare, trouble }) => new StorePreparation(prepare, new Logger('SparkStore'), trouble),
    ),
    part(CHANGE_FEED, (store) => store.feed),
    part(OWN_CHANGES, (store) => store.changes),
    part(CHANGE_TARGET, (store) => store.target),
    part(STATE_STORE, (store) => store.state),
    part(MODULE_REGISTRY, (store) => store.registry),
    part(STORE_INFO, (store) => store.info),
    part(RAVEN_CONNECTION, (store) => store.ravendb),
    part(SQLITE_DATABASE, (store) => store.sqlite),
    {
      ...part(DOCUMENT_STORE, (store) => store.ravendb?.store() ?? null),
      // Created only where it is injected: an application that does not use RavenDB's client does not load it.
      scope: Scope.TRANSIENT,
    },
    part(SparkTransactions, (store) => new SparkTransactions(store.writer)),
    part(StoreBackup, (store) => new StoreBackup(store.backup)),
  ];
}

function part<T>(
  token: symbol | (new (...parameters: never[]) => T),
  pick: (store: StoreParts) => T,
): FactoryProvider<T> {
  return { provide: token, inject: [STORE_PARTS], useFactory: pick };
}

/**
 * @throws {StoreRefusedError} when something else occupies the file's path, which waiting, unlike for a server, does not change
 */
function refuseUnusable(settings: StoreSettings): void {
  const reason = settings.kind === 'sqlite' ? unusableFile(settings.path) : null;
  if (reason !== null) throw new StoreRefusedError(`The store (SPARK_STORE) cannot be used: ${reason}.`);
}
