import { Scope, type Type } from '@nestjs/common';
import type { DiscoverableDecorator, DiscoveryService } from '@nestjs/core';
import type { Log } from '@nestjs-spark/contracts/internal';
import { inspectScript } from '@nestjs-spark/etl-script/internal';
import { checkReplicated, type ScriptInspector } from './check-replicated.ts';
import { checkShared } from './check-shared.ts';
import { checkTogether } from './check-together.ts';
import { DeclarationError, type DeclarationFault } from './declaration-error.ts';
import { Declarations, type Declaration } from './declarations.ts';
import { ReplicatedMark } from './replicated.decorator.ts';
import { SharedMark } from './shared.decorator.ts';
import { Shares, type Share } from './shares.ts';

export interface Explored {
  declarations: Declarations;
  shares: Shares;
}

/**
 * Finds and checks every `@Replicated()` and `@Shared()` class among the application's providers.
 * @throws {DeclarationError} with all faults of all classes
 */
export function explore(
  discovery: DiscoveryService,
  moduleName: string,
  log: Log,
  inspect: ScriptInspector = inspectScript,
): Explored {
  const faults: DeclarationFault[] = [];
  const declarations: Declaration[] = [];
  for (const [target, options] of findMarked(discovery, ReplicatedMark, log)) {
    const judged = checkReplicated(target, options, moduleName, inspect);
    if ('faults' in judged) faults.push(...judged.faults);
    else declarations.push(judged.declaration);
  }
  const shares: Share[] = [];
  for (const [target, options] of findMarked(discovery, SharedMark, log)) {
    const judged = checkShared(target, options);
    if ('faults' in judged) faults.push(...judged.faults);
    else shares.push(judged.share);
  }
  faults.push(...checkTogether(declarations));
  if (faults.length > 0) throw new DeclarationError(faults);
  return { declarations: new Declarations(declarations), shares: new Shares(shares) };
}

/** Each marked class once, however many modules provide it. */
function findMarked<T>(discovery: DiscoveryService, mark: DiscoverableDecorator<T>, log: Log): Map<Type, T> {
  const found = new Map<Type, T>();
  for (const wrapper of discovery.getProviders({ metadataKey: mark.KEY })) {
    const target = (wrapper.instance?.constructor ?? wrapper.metatype) as Type | null;
    const options = discovery.getMetadataByDecorator(mark, wrapper) as T | undefined;
    if (!target || options === undefined || found.has(target)) continue;
    if (wrapper.scope === Scope.REQUEST || wrapper.scope === Scope.TRANSIENT) {
      log.warn(
        `${target.name} is a declaration; its request or transient scope has no effect on replication`,
      );
    }
    found.set(target, options);
  }
  return found;
}
