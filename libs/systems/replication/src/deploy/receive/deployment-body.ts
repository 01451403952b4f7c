import { ApiProperty, ApiPropertyOptional, invalidFields } from '@nestjs-spark/observability/internal';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import type { EtlScriptItem, EtlScriptRequest } from '@nestjs-spark/contracts';
import { DEPLOYMENT_BOUNDS } from '../../settings/options.ts';
import {
  IsCollectionName,
  IsIdPrefix,
  IsSparkName,
  MaxBytes,
  readBody,
} from '@nestjs-spark/modules/internal';
import { repeatedNames } from '../plan/name-scripts.ts';

const PLAIN_TEXT = /^\P{Cc}*$/u;
const given = (_: object, value: unknown) => value !== undefined;

export class EtlScriptItemBody implements EtlScriptItem {
  @ApiPropertyOptional({ description: "The task's name; the collection's when left out", example: 'Cars' })
  @ValidateIf((item: EtlScriptItemBody) => given(item, item.name))
  @IsSparkName()
  name?: string;

  @ApiProperty({ example: 'Cars' })
  @IsCollectionName()
  sourceCollection!: string;

  @ApiProperty({ example: 'loadToCars({ LicensePlate: this.LicensePlate, Model: this.Model });' })
  @MaxBytes(DEPLOYMENT_BOUNDS.scriptBytes)
  @IsString()
  script!: string;

  @ApiPropertyOptional({ example: 'fleet/', description: 'Put before the id of each copy' })
  @ValidateIf((item: EtlScriptItemBody) => given(item, item.idPrefix))
  @IsIdPrefix()
  idPrefix?: string;
}

export class EtlScriptRequestBody implements EtlScriptRequest {
  @ApiProperty({ example: 'HR', description: 'The requesting module; the one whose token is sent' })
  @IsSparkName()
  requestingModule!: string;

  @ApiProperty({ example: 'SparkHR' })
  @Matches(PLAIN_TEXT)
  @MaxLength(256)
  @IsString()
  targetDatabase!: string;

  @ApiProperty({ type: [String], example: ['http://localhost:8080'] })
  @Matches(PLAIN_TEXT, { each: true })
  @MaxLength(2048, { each: true })
  @IsString({ each: true })
  @ArrayMaxSize(20)
  @IsArray()
  targetUrls!: string[];

  @ApiPropertyOptional({ example: 1, description: 'Grows with each changed set' })
  @ValidateIf((body: EtlScriptRequestBody) => given(body, body.revision))
  @Max(Number.MAX_SAFE_INTEGER)
  @Min(0)
  @IsInt()
  revision?: number;

  @ApiProperty({ type: [EtlScriptItemBody], description: 'The full set; an empty one removes all tasks' })
  @ValidateNested({ each: true })
  @Type(() => EtlScriptItemBody)
  @IsObject({ each: true })
  @ArrayMaxSize(DEPLOYMENT_BOUNDS.scripts)
  @IsArray()
  scripts!: EtlScriptItemBody[];
}

/**
 * Reads the body of a deployment.
 * @throws {ProblemError} `invalid` (400) with the JSON pointer of every invalid field
 */
export async function readDeploymentRequest(body: Uint8Array): Promise<EtlScriptRequest> {
  const request = await readBody(EtlScriptRequestBody, body);
  requireOwnNames(request.scripts);
  return request;
}

/** @throws {ProblemError} `invalid` (400) if two scripts of a request have the same name */
export function requireOwnNames(scripts: readonly EtlScriptItem[]): void {
  const repeated = repeatedNames(scripts);
  if (repeated.length === 0) return;
  throw invalidFields(
    repeated.map((index) => ({
      pointer: `/scripts/${index}/name`,
      detail: 'another script of this request has this name',
    })),
  );
}
