import { launch } from '../shared/launch.ts';

await launch(() => import('./app.ts'), {
  PORT: '5002',
  SPARK_MODULE_NAME: 'HR',
  RAVENDB_DATABASE: 'SparkHR',
});
