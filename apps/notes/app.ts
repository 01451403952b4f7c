import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./notes.module.ts')).NotesModule, {
  name: 'Notes',
  description: 'One of several replicas of a service: each has its own file, and writes to it at any time.',
});
