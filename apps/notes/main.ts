import { join } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import { launch, LEAN } from '../shared/launch.ts';

const file = `${process.env['SPARK_PEERS_NODE'] || 'node'}.db`;

await launch(
  () => import('./app.ts'),
  {
    PORT: '5003',
    SPARK_PEERS_SERVICE: 'notes',
    SPARK_STORE: `sqlite:${join(dataDir(process.env), 'notes', file)}`,
  },
  LEAN,
);
