import { Get, HttpCode, Post } from '@nestjs/common';
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
  show(): OwnWord {
    return this.answer();
  }

  @Post()
  @HttpCode(200)
  answer(): OwnWord {
    return { module: this.identity.module, keyId: this.identity.keyId };
  }
}
