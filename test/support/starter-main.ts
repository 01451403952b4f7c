// Starts something through `launch` as the demo starts the apps, says its process id, and waits to be killed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppProcess } from '../../tools/apps/app-process.ts';

const app = new AppProcess({
  name: 'Idle',
  main: join(import.meta.dirname, 'idle-main.ts'),
  env: {},
  logFile: join(tmpdir(), `spark-idle-${process.pid}.log`),
});
app.start();
console.log(app.pid);
setInterval(() => undefined, 1_000);
