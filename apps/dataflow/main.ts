import { launch } from '../shared/launch.ts';

await launch(() => import('./app.ts'), { PORT: '5005', SPARK_MODULE_NAME: 'Dataflow' });
