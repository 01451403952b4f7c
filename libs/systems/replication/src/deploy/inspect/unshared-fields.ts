import type { ReadRule } from '@nestjs-spark/contracts/internal';
import { BUILT_IN } from './absent-fields.ts';

/** The fields that a script reads, split by permission. */
export interface JudgedFields {
  /** The fields that it may read; null if it cannot be determined which it reads. */
  readable: readonly string[] | null;
  /** A text for each of the others: "`Salary` is not shared with HR: …" */
  warnings: string[];
}

/**
 * Finds fields that a script names but its module may not read. They are not refused: otherwise an owner that shares less than before would end
 * copies that only need the rest.
 */
export function judgeFields(
  fields: readonly string[] | null,
  { fields: shared }: Pick<ReadRule, 'fields'>,
  requester: string,
): JudgedFields {
  if (fields === null || shared === undefined) return { readable: fields, warnings: [] };
  const names = new Set(shared.map((path) => path.split('.', 1)[0]));
  const unshared = fields.filter((field) => !names.has(field) && !BUILT_IN.has(field));
  return {
    readable: fields.filter((field) => !unshared.includes(field)),
    warnings: unshared.map(
      (field) => `\`${field}\` is not shared with ${requester}: its scripts never see it`,
    ),
  };
}
