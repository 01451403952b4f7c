import { Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOperation } from '@nestjs-spark/observability/internal';
import { SparkController } from '../admit/spark-controller.ts';
import { ModuleIdentity } from '../identify/module-identity.ts';
import type { OwnWord } from './judge-answer.ts';

/**
 * Tells who answers here: a module calls its own address at startup, with a body, as others will; tools do so before they change
 * anything.
 */
@SparkController('self-check', { bodyBytes: 1_024 })
export class SelfCheckController {
  constructor(private readonly identity: ModuleIdentity) {}

  @Get()
  @ApiOperation({ summary: 'Which module answers here, and with which key' })
  show(): OwnWord {
    return this.answer();
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'The same, for a request with a body' })
  @ApiBody({ schema: { type: 'object', description: 'Anything; it is not read' }, required: false })
  answer(): OwnWord {
    return { module: this.identity.module, keyId: this.identity.keyId };
  }
}
