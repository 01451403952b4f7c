import { serve } from '../shared/serve.ts';
import { FleetModule } from './fleet.module.ts';

await serve(FleetModule, {
  name: 'Fleet',
  description: 'Owns cars and car brands, and shares its cars with HR.',
});
