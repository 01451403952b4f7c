import { serve } from '../shared/serve.ts';
import { JobsModule } from './jobs.module.ts';

await serve(JobsModule, {
  name: 'Jobs',
  description: 'Runs transformations on demand: submit, follow, cancel, fetch the result.',
  ownBodies: true,
});
