import { ApiPropertyOptional, readWhole, wrong } from '@nestjs-spark/observability/internal';
import { ArrayMaxSize, ArrayNotEmpty, IsArray, IsString, MaxLength, ValidateIf } from 'class-validator';
import { isName } from '@nestjs-spark/contracts';
import { CHANGE_SET_BOUNDS } from '@nestjs-spark/contracts/internal';
import { IsSparkName } from '@nestjs-spark/modules/internal';
import type { SetAsideFilter } from './set-aside-view.ts';
import type { SetAsideWish } from './set-aside-documents.ts';

const MOST_DOCUMENTS = 1_000;

export class RetryBody {
  @ApiPropertyOptional({ example: 'HR', description: 'Only tasks with this module on the other side' })
  @ValidateIf((body: RetryBody) => body.module !== undefined)
  @IsSparkName()
  module?: string;

  @ApiPropertyOptional({ example: 'Cars', description: 'Only this task; one task is one script' })
  @ValidateIf((body: RetryBody) => body.task !== undefined)
  @IsSparkName()
  task?: string;

  @ApiPropertyOptional({ type: [String], example: ['cars/1-A'], description: 'Only these; needs `task`' })
  @ValidateIf((body: RetryBody) => body.documents !== undefined)
  @MaxLength(CHANGE_SET_BOUNDS.id, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(MOST_DOCUMENTS)
  @ArrayNotEmpty()
  @IsArray()
  documents?: string[];
}

const TAKE = 50;
const MOST = 500;

/** @throws {ProblemError} `invalid` (400) for an invalid name */
export function readWish(query: Record<string, unknown>): SetAsideWish & SetAsideFilter {
  return {
    module: nameIn(query, 'module'),
    task: nameIn(query, 'task'),
    kind: nameIn(query, 'kind'),
    direction: oneOf(query, 'direction', ['in', 'out']),
    group: oneOf(query, 'group', ['reason']),
  };
}

function oneOf<const T extends string>(
  query: Record<string, unknown>,
  key: string,
  known: readonly T[],
): T | undefined {
  const value = query[key];
  if (value === undefined) return undefined;
  const found = known.find((one) => one === value);
  if (found === undefined) throw wrong(key, `has to be ${known.join(' or ')}`);
  return found;
}

/** @throws {ProblemError} `invalid` (400) if it is not an integer, or too large */
export function readPage(query: Record<string, unknown>): { skip: number; take: number } {
  return {
    skip: readWhole(query['skip'], 'skip', { otherwise: 0 }),
    take: readWhole(query['take'], 'take', { most: MOST, otherwise: TAKE }),
  };
}

function nameIn(query: Record<string, unknown>, key: string): string | undefined {
  const value = query[key];
  if (value === undefined || isName(value)) return value;
  throw wrong(key, 'has to be a name');
}
