import type { ServerResponse } from 'node:http';
import { All, Controller, Res, UseFilters } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemError } from '@nestjs-spark/contracts';
import { ProblemFilter } from '@nestjs-spark/observability';

/**
 * Answers every verb that no other handler of `/spark/*` takes. It has to be the last of the controllers, and does nothing
 * that a guard would have to protect.
 */
@ApiExcludeController()
@Controller('spark')
@UseFilters(ProblemFilter)
export class VerbsController {
  @All([
    'etl/deploy',
    'etl/preview',
    'etl/set-aside/retry',
    'dead-letters/:id/replay',
    'replication/:owner/:collection/resync',
  ])
  onlyPost(@Res({ passthrough: true }) response: ServerResponse): never {
    return refuse(response, 'POST');
  }

  @All([
    'etl/set-aside',
    'replication',
    'replication/source/:task',
    'replication/:owner/:collection/freshness',
    'dead-letters',
  ])
  onlyGet(@Res({ passthrough: true }) response: ServerResponse): never {
    return refuse(response, 'GET, HEAD');
  }
}

function refuse(response: ServerResponse, allow: string): never {
  response.setHeader('Allow', allow);
  throw new ProblemError('methodNotAllowed', `Only ${allow} is answered here.`);
}
