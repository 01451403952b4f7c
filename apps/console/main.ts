import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { launch, IDLE } from '../shared/launch.ts';

await launch(
  () => import('./app.ts'),
  {
    PORT: '5006',
    SPARK_MODULE_NAME: 'Console',
    SPARK_STORE: `sqlite:${join(dataDir(process.env), 'console', 'console.db')}`,
  },
  IDLE,
);
