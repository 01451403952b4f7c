import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { onPath } from '../host/on-path.ts';
import { lastLines, runProgram } from '../host/run-program.ts';
import type { ComposeSource, Source } from './source.ts';
import type { Refusal, Way } from './search.ts';

/** The service of the docker-compose.yml in the working directory, if a Docker engine runs. */
export function composeWay(env: NodeJS.ProcessEnv): Way<Source> {
  return {
    name: 'docker compose',
    async look(): Promise<ComposeSource | Refusal> {
      const file = join(process.cwd(), 'docker-compose.yml');
      if (!existsSync(file)) return { refused: `no ${file}`, remedy: 'run from the repository' };
      if (!(await onPath('docker', env))) return { refused: 'no docker on PATH', remedy: 'install Docker' };
      const engine = await runProgram('docker', ['info', '--format', '{{.ServerVersion}}'], { env });
      if (engine.code !== 0)
        return { refused: lastLines(engine.output, 1), remedy: 'start the Docker engine' };
      const compose = await runProgram('docker', ['compose', 'version'], { env });
      if (compose.code !== 0)
        return { refused: lastLines(compose.output, 1), remedy: 'install the compose plugin' };
      return { kind: 'compose', way: 'docker compose', file };
    },
  };
}
