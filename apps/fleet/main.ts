import { launch } from '../shared/launch.ts';

await launch(() => import('./app.ts'), {
  PORT: '5001',
  SPARK_MODULE_NAME: 'Fleet',
  RAVENDB_DATABASE: 'SparkFleet',
});
