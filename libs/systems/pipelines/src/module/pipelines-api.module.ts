import { Module } from '@nestjs/common';
import { ModuleFacts } from '@nestjs-spark/observability/internal';
import { LivePipelines } from '../live/live-pipelines.ts';
import { ClusterController } from '../serve/cluster.controller.ts';
import { DefinitionsController } from '../serve/definitions.controller.ts';
import { PipelinesController } from '../serve/pipelines.controller.ts';
import { ProgressController } from '../serve/progress.controller.ts';

/**
 * Pipelines over HTTP, under `/api/pipelines`, `/api/cluster` and `/api/projections`. Needs `SparkPipelinesModule` and, to authenticate
 * callers, `SparkAuthModule`. Start an application on Express with `bodyParser: false`: definitions are read as text, so that faults have
 * a line number.
 */
@Module({
  controllers: [DefinitionsController, ProgressController, PipelinesController, ClusterController],
  providers: [LivePipelines],
})
export class PipelinesApiModule {
  constructor(facts: ModuleFacts) {
    facts.add(() => ({ systems: { pipelines: '/api/pipelines' } }));
  }
}
