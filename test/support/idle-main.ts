import { launch } from '../../apps/shared/launch.ts';

await launch(async () => void setInterval(() => undefined, 1_000), {});
