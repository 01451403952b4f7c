import { ProblemError, type EtlScriptItem, type ProblemField } from '@nestjs-spark/contracts';
import type { ScriptInspection, ScriptPool } from '@nestjs-spark/etl-script';
import { SCRIPT_REFUSED } from '../../problems/problems.ts';

/**
 * Inspects a requester's scripts in a thread, without running them.
 * @throws {ProblemError} `scriptRefused` (422) with line and column of every fault that prevents a deployment
 */
export async function inspectScripts(
  pool: Pick<ScriptPool, 'inspect'>,
  requester: string,
  items: readonly EtlScriptItem[],
): Promise<ScriptInspection[]> {
  const inspected = await Promise.all(
    items.map(({ name, sourceCollection: collection, script }) =>
      pool.inspect({ name: name ?? collection, requester, collection, script }),
    ),
  );
  const errors = inspected.flatMap(({ problems }, index) =>
    problems.map(({ reason, line, column }): ProblemField => {
      return { pointer: `/scripts/${index}/script`, detail: reason, line, column };
    }),
  );
  if (errors.length > 0)
    throw new ProblemError(SCRIPT_REFUSED, 'A script cannot be deployed; see errors.', { errors });
  return inspected;
}
