import { launch } from '../shared/launch.ts';

await launch(() => import('./app.ts'), { PORT: '5004', SPARK_MODULE_NAME: 'Jobs' });
