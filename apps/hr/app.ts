import { serve } from '../shared/serve.ts';
import { HrModule } from './hr.module.ts';

await serve(HrModule, {
  name: 'HR',
  description: 'Owns people and companies, and keeps copies of the cars of Fleet.',
});
