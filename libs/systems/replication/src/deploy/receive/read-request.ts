import type { EtlScriptItem, EtlScriptRequest } from '@nestjs-spark/contracts';
import { repeatedNames } from '../plan/name-scripts.ts';
import { EtlScriptRequestBody } from './deployment-body.ts';
import { invalidFields, readBody } from '@nestjs-spark/modules/internal';

/**
 * Reads the body of a deployment.
 * @throws {ProblemError} `invalid` (400) with every wrong field by its JSON pointer
 */
export async function readDeploymentRequest(body: Uint8Array): Promise<EtlScriptRequest> {
  const request = await readBody(EtlScriptRequestBody, body);
  requireOwnNames(request.scripts);
  return request;
}

/** @throws {ProblemError} `invalid` (400) when two scripts of a request have one name */
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
