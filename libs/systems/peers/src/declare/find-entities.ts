import { createHash } from 'node:crypto';
import type { DiscoveryService } from '@nestjs/core';
import { type EntityDeclaration, declarationOf, FeatureEntities } from '@nestjs-spark/store/internal';
import { EntityMapping } from '@nestjs-spark/contracts/internal';
import type { ConflictResolver } from '../merge/resolve.ts';
import { overEntities } from './over-entities.ts';
import { replicatedOptionsOf } from './replicated-entity.ts';

/** A collection that the replicas share. */
export interface PeerEntity {
  /** The class. */
  readonly type: object;
  readonly mapping: EntityMapping;
  readonly declaration: EntityDeclaration;
  readonly policy: string;
  readonly resolver: ConflictResolver<object> | null;
  /** Tells whether two nodes run the same resolver; empty when the last change wins. */
  readonly fingerprint: string;
}

/** Collections of the `@ReplicatedEntity({ enabled: false })` classes among the entities of the application's features. */
export function findDisabled(discovery: DiscoveryService): string[] {
  return classesOf(discovery)
    .filter((entity) => replicatedOptionsOf(entity)?.enabled === false)
    .map((entity) => declarationOf(entity).collection);
}

/** Every enabled `@ReplicatedEntity()` class among them. */
export function findEntities(discovery: DiscoveryService): PeerEntity[] {
  return classesOf(discovery).flatMap((entity): PeerEntity[] => {
    const options = replicatedOptionsOf(entity);
    if (!options?.enabled) return [];
    const { conflict } = options;
    const declaration = declarationOf(entity);
    const mapping = new EntityMapping(entity.prototype as object, declaration.dictionaries);
    const shared = { type: entity, mapping, declaration };
    if (conflict === 'last-write-wins')
      return [{ ...shared, policy: conflict, resolver: null, fingerprint: '' }];
    // A class says which documents its resolver is for; from here on they may be any.
    const resolver = new conflict() as ConflictResolver<object>;
    const fingerprint = createHash('sha256').update(conflict.toString()).digest('hex').slice(0, 16);
    return [{ ...shared, policy: conflict.name, resolver: overEntities(resolver, mapping), fingerprint }];
  });
}

function classesOf(discovery: DiscoveryService) {
  const features = discovery.getProviders().flatMap(({ token, instance }) =>
    // Nobody else's instances are looked at: they may be anything.
    typeof token === 'symbol' && instance instanceof FeatureEntities ? [instance] : [],
  );
  return [...new Set(features.flatMap((feature) => feature.classes))];
}
