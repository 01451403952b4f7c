import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./dataflow.module.ts')).DataflowModule, {
  name: 'Dataflow',
  description: 'Pipelines from a source through transforms to a sink: create, start, inspect, change.',
  ownBodies: true,
});
