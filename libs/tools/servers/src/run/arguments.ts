import { join } from 'node:path';

/** Where a server listens and keeps its data. */
export interface Place {
  readonly port: number;
  readonly dataDir: string;
  /** RavenDB only: the PFX for https. */
  readonly certificate?: string | undefined;
}

/** RavenDB without licence and setup, on loopback only. */
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

/** A Kafka broker that is its own controller. Its storage has to be formatted before the first start. */
export function kafkaArguments({ dataDir }: Place): string[] {
  return ['kafka.Kafka', kafkaConfiguration(dataDir)];
}

export const kafkaConfiguration = (dataDir: string): string => join(dataDir, 'server.properties');

/** The configuration of a single development broker: everything on loopback, without replication. */
export function kafkaProperties({ port, dataDir }: Place, controllerPort: number): string {
  const properties = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
    'log.dirs': join(dataDir, 'data'),
    'auto.create.topics.enable': false,
    'offsets.topic.num.partitions': 1,
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.num.partitions': 4,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
  };
  return Object.entries(properties)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');
}

/** PostgreSQL on loopback only, with logical replication enabled, so that its changes can be read. */
export function postgresArguments({ port, dataDir }: Place): string[] {
  const settings = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'wal_level=logical'];
  return ['-D', join(dataDir, 'data'), '-p', `${port}`, ...settings.flatMap((setting) => ['-c', setting])];
}
