import { join } from 'node:path';

/** Where a server listens and keeps its data. */
export interface Place {
  readonly port: number;
  readonly dataDir: string;
}

/** RavenDB without licence and without setup, on loopback only. */
export function ravenDbArguments({ port, dataDir }: Place): string[] {
  return [
    `--ServerUrl=http://127.0.0.1:${port}`,
    '--ServerUrl.Tcp=tcp://127.0.0.1:0',
    '--License.Eula.Accepted=true',
    '--Setup.Mode=None',
    `--DataDir=${join(dataDir, 'data')}`,
    `--Logs.Path=${join(dataDir, 'logs')}`,
  ];
}

/** nats-server with JetStream, on loopback only. */
export function natsArguments({ port, dataDir }: Place): string[] {
  return ['--addr=127.0.0.1', `--port=${port}`, '--jetstream', `--store_dir=${join(dataDir, 'data')}`];
}
