import { serve } from '../shared/serve.ts';
import { DataflowModule } from './dataflow.module.ts';

await serve(DataflowModule, {
  name: 'Dataflow',
  description: 'Pipelines from a source through transforms to a sink: create, start, inspect, change.',
  ownBodies: true,
});
