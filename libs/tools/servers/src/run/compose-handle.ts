import { randomUUID } from 'node:crypto';
import { lastLines, runProgram } from '../host/run-program.ts';
import type { ComposeSource, ServerName } from '../find/source.ts';
import { freePort } from './free-port.ts';
import type { ServerHandle } from './server-handle.ts';
import { tellWatchdog } from './watchdog.ts';

const upMs = 10 * 60_000;

/** Starts one service of the docker-compose.yml as a separate project whose data are removed with it. */
export async function startComposeService(source: ComposeSource, service: ServerName): Promise<ServerHandle> {
  const port = await freePort();
  const project = `spark-${randomUUID().slice(0, 8)}`;
  const env = { ...process.env, SPARK_RAVENDB_PORT: `${port}`, SPARK_NATS_PORT: `${port}` };
  const command = ['docker', 'compose', '--file', source.file, '--project-name', project];
  const down = [...command, 'down', '--volumes', '--timeout', '5'];
  const run = async (...args: string[]) => {
    const [program = '', ...rest] = [...command, ...args];
    const { code, output } = await runProgram(program, rest, { env, timeoutMs: upMs });
    if (code !== 0) throw new Error(`docker compose ${args[0]} ${service} failed: ${lastLines(output)}`);
  };
  tellWatchdog({ key: project, command: down });
  const stop = async () => {
    await run(...down.slice(command.length));
    tellWatchdog({ done: project });
  };
  await run('up', '--detach', '--wait', service).catch(async (error: unknown) => {
    await stop().catch(() => undefined);
    throw error;
  });
  return {
    url: `${service === 'ravendb' ? 'http' : 'nats'}://127.0.0.1:${port}`,
    pid: undefined,
    dataDir: `docker volume of ${project}`,
    stop,
    halt: () => run('stop', service),
    kill9: () => run('kill', '--signal', 'SIGKILL', service),
    sigstop: () => void run('pause', service),
    sigcont: () => void run('unpause', service),
    async restart() {
      await run('stop', service);
      await run('up', '--detach', '--wait', service);
    },
  };
}
