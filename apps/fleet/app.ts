import { serve } from '../shared/serve.ts';

await serve(async () => (await import('./fleet.module.ts')).FleetModule, {
  name: 'Fleet',
  description: 'Owns cars and car brands, and shares its cars with HR.',
});
