import { serve } from '../shared/serve.ts';
import { ConsoleModule } from './console.module.ts';

await serve(ConsoleModule, { name: 'Console' });
