import { Scope, type Type } from '@nestjs/common';
import type { DiscoverableDecorator, DiscoveryService } from '@nestjs/core';
import { inspectScript } from '@nestjs-spark/etl-script/internal';
import { FeatureEntities } from '@nestjs-spark/store/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { checkReplicated, type ScriptInspector } from './check-replicated.ts';
import { checkShared } from './check-shared.ts';
import { checkTogether } from './check-together.ts';
import { DeclarationError, type DeclarationFault } from './declaration-error.ts';
import { Declarations, type Declaration } from './declarations.ts';
import { FeatureClasses } from './feature.module.ts';
import { declaringParent, ownMetadata } from './own-metadata.ts';
import { ReplicatedMark } from './replicated.decorator.ts';
import { SharedMark } from './shared.decorator.ts';
import { Shares, type Share } from './shares.ts';

/** The injection token of `Explored`, which is found at startup. */
export const EXPLORED = Symbol('SPARK_EXPLORED');

export interface Explored {
  declarations: Declarations;
  shares: Shares;
  /** All classes that were examined. */
  classes: ReadonlySet<Type>;
}

/**
 * Finds and checks every `@Replicated()` and `@Shared()` class among the application's providers and features.
 * @throws {DeclarationError} with all faults of all classes
 */
export function explore(
  discovery: DiscoveryService,
  moduleName: string,
  log: Logger,
  inspect: ScriptInspector = inspectScript,
): Explored {
  const faults: DeclarationFault[] = [];
  const declarations: Declaration[] = [];
  const found = findClasses(discovery, log);
  faults.push(...found.flatMap(undeclared));
  for (const { target } of found) {
    for (const options of declaredOn(ReplicatedMark, target)) {
      const judged = checkReplicated(target, options, moduleName, inspect);
      if ('faults' in judged) faults.push(...judged.faults);
      else declarations.push(judged.declaration);
    }
  }
  const shares: Share[] = [];
  for (const { target } of found) {
    for (const options of declaredOn(SharedMark, target)) {
      const judged = checkShared(target, options);
      if ('faults' in judged) faults.push(...judged.faults);
      else shares.push(judged.share);
    }
  }
  faults.push(...checkTogether(declarations, targetsOf));
  if (faults.length > 0) throw new DeclarationError(faults);
  const classes = new Set(found.map(({ target }) => target));
  return { declarations: new Declarations(declarations), shares: new Shares(shares), classes };
}

function targetsOf({ item }: Declaration): string[] {
  const { sourceCollection: collection, script, name = collection } = item;
  return inspectScript({ name, collection, script }).targets;
}

/** Declared classes that were loaded after the exploration: their declarations have no effect. */
export function findLate(discovery: DiscoveryService, { classes }: Pick<Explored, 'classes'>): Type[] {
  const silent = { warn: () => undefined };
  return findClasses(discovery, silent)
    .map(({ target }) => target)
    .filter((target) => !classes.has(target) && isDeclared(target));
}

interface FoundClass {
  target: Type;
  /** Whether it is listed in a `forFeature` of replication, which means that it should have a declaration. */
  isNamed: boolean;
}

/** All classes that may have declarations, each once, however many modules provide it. */
function findClasses(discovery: DiscoveryService, log: Pick<Logger, 'warn'>): FoundClass[] {
  const found = new Map<Type, FoundClass>();
  const add = (target: Type, isNamed: boolean): void => {
    found.set(target, { target, isNamed: isNamed || (found.get(target)?.isNamed ?? false) });
  };
  for (const { token, instance } of discovery.getProviders()) {
    // Instances of other providers are not touched: they may be anything.
    if (typeof token !== 'symbol') continue;
    if (instance instanceof FeatureClasses) for (const target of instance.classes) add(target, true);
    if (instance instanceof FeatureEntities) {
      for (const entity of instance.classes) if (isDeclared(entity as Type)) add(entity as Type, false);
    }
  }
  for (const mark of [ReplicatedMark, SharedMark]) {
    for (const wrapper of discovery.getProviders({ metadataKey: mark.KEY })) {
      const target = (wrapper.instance?.constructor ?? wrapper.metatype) as Type | null;
      if (typeof target !== 'function' || !isDeclared(target)) continue;
      if (!found.has(target) && (wrapper.scope === Scope.REQUEST || wrapper.scope === Scope.TRANSIENT)) {
        log.warn(
          `${target.name} is a declaration; its request or transient scope has no effect on replication`,
        );
      }
      add(target, false);
    }
  }
  return [...found.values()];
}

function isDeclared(target: Type): boolean {
  return declaredOn(ReplicatedMark, target).length + declaredOn(SharedMark, target).length > 0;
}

function declaredOn<T>(mark: DiscoverableDecorator<readonly T[]>, target: Type): readonly T[] {
  return ownMetadata<readonly T[]>(mark.KEY, target) ?? [];
}

/** Otherwise a class that is listed as a feature but declares nothing would be ignored silently. */
function undeclared({ target, isNamed }: FoundClass): DeclarationFault[] {
  if (!isNamed || isDeclared(target)) return [];
  const parent = declaringParent(ReplicatedMark.KEY, target) ?? declaringParent(SharedMark.KEY, target);
  return [
    {
      className: target.name,
      field: parent ? 'extends' : 'forFeature',
      problem: parent
        ? `what ${parent.name} declares is not inherited`
        : 'it has neither @Replicated() nor @Shared()',
      remedy: parent
        ? `Decorate ${target.name} itself, or name ${parent.name} in forFeature`
        : 'Decorate it, or take it out of forFeature of SparkReplicationModule',
    },
  ];
}
