import { serve } from '../shared/serve.ts';
import { ConsoleModule } from './console.module.ts';

await serve(ConsoleModule, {
  name: 'Console',
  description: 'Shows every copy between the modules, why one is not live, and what can be done.',
});
