import { createHash } from 'node:crypto';
import type { DiscoveryService } from '@nestjs/core';
import { type EntityDeclaration, declarationOf, FeatureEntities } from '@nestjs-spark/store/internal';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import { unknownOptions } from '@nestjs-spark/foundation/internal';
import type { ConflictResolver } from '../merge/resolve.ts';
import { PeersSettingsError } from '../settings/options.ts';
import { overEntities } from './over-entities.ts';
import { REPLICATED_OPTIONS, replicatedOptionsOf } from './replicated-entity.ts';

/** A collection that the replicas share. */
export interface PeerEntity {
  /** The entity class. */
  readonly type: object;
  readonly mapping: EntityMapping;
  readonly declaration: EntityDeclaration;
  readonly policy: string;
  readonly resolver: ConflictResolver<object> | null;
  /** Shows whether two nodes run the same resolver; empty if the last write wins. */
  readonly fingerprint: string;
}

/** The collections of classes with `@ReplicatedEntity({ enabled: false })` among the entities of the application's features. */
export function findDisabled(discovery: DiscoveryService): string[] {
  return classesOf(discovery)
    .filter((entity) => replicatedOptionsOf(entity)?.enabled === false)
    .map((entity) => declarationOf(entity).collection);
}

/**
 * All enabled `@ReplicatedEntity()` classes among them.
 * @throws {PeersSettingsError} for an unknown option, and for a resolver whose version is not a whole number: no node would read
 * its results
 */
export function findEntities(discovery: DiscoveryService): PeerEntity[] {
  return classesOf(discovery).flatMap((entity): PeerEntity[] => {
    const options = replicatedOptionsOf(entity);
    const [unknown] = unknownOptions(options ?? {}, REPLICATED_OPTIONS);
    if (unknown !== undefined)
      throw new PeersSettingsError(`${entity.name} has @ReplicatedEntity() with ${unknown}.`);
    if (!options?.enabled) return [];
    const { conflict } = options;
    const declaration = declarationOf(entity);
    const mapping = new EntityMapping(entity.prototype as object, declaration.dictionaries);
    const shared = { type: entity, mapping, declaration };
    if (conflict === 'last-write-wins')
      return [{ ...shared, policy: conflict, resolver: null, fingerprint: '' }];
    // The class declares the document type of its resolver; from here on, any type is allowed.
    const resolver = new conflict() as ConflictResolver<object>;
    if (!isVersion(resolver.version))
      throw new PeersSettingsError(
        `${conflict.name}, the resolver of ${entity.name}, has the version ${String(resolver.version)}: make it a whole number, and a higher one with each change of its rules.`,
      );
    const fingerprint = createHash('sha256').update(conflict.toString()).digest('hex').slice(0, 16);
    return [{ ...shared, policy: conflict.name, resolver: overEntities(resolver, mapping), fingerprint }];
  });
}

function isVersion(version: unknown): boolean {
  return Number.isSafeInteger(version);
}

function classesOf(discovery: DiscoveryService) {
  const features = discovery.getProviders().flatMap(({ token, instance }) =>
    // Instances of other providers are not touched: they may be anything.
    typeof token === 'symbol' && instance instanceof FeatureEntities ? [instance] : [],
  );
  return [...new Set(features.flatMap((feature) => feature.classes))];
}
