import { ProblemError, type EtlScriptItem, type ProblemField } from '@nestjs-spark/contracts';
import { inspectScript, type ScriptInspection } from '@nestjs-spark/etl-script/internal';
import { SCRIPT_REFUSED } from '../../problems/problems.ts';

/**
 * Reads scripts without running them.
 * @throws {ProblemError} `scriptRefused` (422) with line and column of everything that keeps one from being deployed
 */
export function inspectScripts(items: readonly EtlScriptItem[]): ScriptInspection[] {
  const inspected = items.map(({ name, sourceCollection, script }) =>
    inspectScript({ name: name ?? sourceCollection, collection: sourceCollection, script }),
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
