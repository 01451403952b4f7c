import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./console.module.ts')).ConsoleModule, {
  name: 'Console',
  description: 'Shows every copy between the modules, why one is not live, and what can be done.',
});
