import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./jobs.module.ts')).JobsModule, {
  name: 'Jobs',
  description: 'Runs transformations on demand: submit, follow, cancel, fetch the result.',
  ownBodies: true,
});
