import { ProblemError, type EtlScriptItem } from '@nestjs-spark/contracts';
import type { Permission, Shares } from '../../declare/shares.ts';
import { NOT_SHARED } from '../../problems/problems.ts';

/**
 * A request is accepted as a whole or not at all, so that a requester's set and its revision stay together.
 * @throws {ProblemError} `notShared` (403) with every script whose collection `requester` may not copy
 */
export function requireShared(shares: Shares, requester: string, scripts: readonly EtlScriptItem[]): void {
  const errors = scripts.flatMap(({ sourceCollection }, index) =>
    shares.isShared(sourceCollection, requester)
      ? []
      : [
          {
            pointer: `/scripts/${index}/sourceCollection`,
            detail: `${sourceCollection} is not shared with ${requester}`,
          },
        ],
  );
  if (errors.length === 0) return;
  const names = [...new Set(errors.map((one) => one.detail))].join('; ');
  const others = scripts.length - errors.length;
  const held = others === 0 ? '' : ` Nothing of this request was deployed; ${describeOthers(others)} for it.`;
  const remedy = `The owner has to name ${requester} in @Shared({ with: [...] }), or the declaration has to be removed.`;
  throw new ProblemError(NOT_SHARED, `${names}.${held} ${remedy}`, { errors });
}

function describeOthers(count: number): string {
  return count === 1 ? '1 other script waits' : `${count} other scripts wait`;
}

/**
 * What a requester's scripts on a collection may read.
 * @throws {ProblemError} `notShared` (403) if it is not shared
 */
export function requirePermission(shares: Shares, requester: string, collection: string): Permission {
  const permission = shares.permission(collection, requester);
  if (permission) return permission;
  throw new ProblemError(NOT_SHARED, `${collection} is not shared with ${requester}.`);
}
