import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./hr.module.ts')).HrModule, {
  name: 'HR',
  description: 'Owns people and companies, and keeps copies of the cars of Fleet.',
});
