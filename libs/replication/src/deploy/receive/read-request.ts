import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { ProblemError, type EtlScriptRequest } from '@nestjs-spark/contracts';
import { fieldsOf } from '@nestjs-spark/observability/internal';
import { repeatedNames } from '../plan/name-scripts.ts';
import { EtlScriptRequestBody } from './deployment-body.ts';
import { parseJson } from './parse-json.ts';

/**
 * Reads the body of a deployment.
 * @throws {ProblemError} `invalid` (400) with every wrong field by its JSON pointer
 */
export async function readDeploymentRequest(body: Uint8Array): Promise<EtlScriptRequest> {
  const value = parseJson(body);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProblemError('invalid', 'The body must be a JSON object.');
  }
  const request = plainToInstance(EtlScriptRequestBody, value, { enableImplicitConversion: false });
  const errors = await validate(request, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    validationError: { target: false, value: false },
  });
  if (errors.length > 0) throw invalid(fieldsOf(errors));
  const repeated = repeatedNames(request.scripts);
  if (repeated.length > 0) {
    throw invalid(
      repeated.map((index) => ({
        pointer: `/scripts/${index}/name`,
        detail: 'another script of this request has this name',
      })),
    );
  }
  return request;
}

function invalid(errors: ProblemError['errors']): ProblemError {
  return new ProblemError('invalid', 'Some fields are not as they must be; see errors.', { errors });
}
