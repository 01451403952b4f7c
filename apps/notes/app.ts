import { serve } from '../shared/serve.ts';
import { NotesModule } from './notes.module.ts';

await serve(NotesModule, {
  name: 'Notes',
  description: 'One of several replicas of a service: each has its own file, and writes to it at any time.',
});
