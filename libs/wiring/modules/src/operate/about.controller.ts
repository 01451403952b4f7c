import { hostname } from 'node:os';
import { Get, Inject } from '@nestjs/common';
import {
  ApiOkResponse,
  ApiOperation,
  applicationVersion,
  ModuleFacts,
} from '@nestjs-spark/observability/internal';
import { SparkController } from '../admit/spark-controller.ts';
import { THIS_MODULE, type ThisModule } from '../self-check/this-module.ts';
import { About } from './about.ts';

const STARTED = new Date(performance.timeOrigin).toISOString();
const INSTANCE = `${hostname().slice(0, 200)}-${process.pid}`;

/** What this application consists of, so that a page can show what exists and omit what does not. */
@SparkController('about')
export class AboutController {
  constructor(
    @Inject(THIS_MODULE) private readonly self: ThisModule,
    private readonly facts: ModuleFacts,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The instance that answers, its store, its engine and its systems' })
  @ApiOkResponse({ type: About })
  async show(): Promise<About> {
    return {
      version: applicationVersion(),
      store: null,
      engine: null,
      engineReason: null,
      ...(await this.facts.tell()),
      module: this.self.moduleName,
      instance: INSTANCE,
      node: process.versions.node,
      startedAt: STARTED,
    };
  }
}
