import { join } from 'node:path';

/** Where a server listens and keeps its data. */
export interface Place {
  readonly port: number;
  readonly dataDir: string;
  /** RavenDB: the PFX with which it serves https. */
  readonly certificate?: string | undefined;
}

/** RavenDB without licence and without setup, on loopback only. */
export function ravenDbArguments({ port, dataDir, certificate }: Place): string[] {
  return [
    `--ServerUrl=${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    ...(certificate === undefined ? [] : [`--Security.Certificate.Path=${certificate}`]),
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
