import { ProblemError, type EtlScriptItem } from '@nestjs-spark/contracts';
import type { Shares } from '../../declare/shares.ts';
import { mayTake } from '../engines/permitted-tasks.ts';

/** @throws {ProblemError} `notShared` (403) with every script whose collection `requester` may not take */
export function requireShared(shares: Shares, requester: string, scripts: readonly EtlScriptItem[]): void {
  const errors = scripts.flatMap(({ sourceCollection }, index) =>
    mayTake(shares, sourceCollection, requester)
      ? []
      : [
          {
            pointer: `/scripts/${index}/sourceCollection`,
            detail: `${sourceCollection} is not shared with ${requester}`,
          },
        ],
  );
  if (errors.length === 0) return;
  const detail = errors.map((one) => one.detail).join('; ');
  throw new ProblemError('notShared', `${detail}.`, { errors });
}
