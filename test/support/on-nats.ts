import { JetStreamConnection, type NatsSecurity } from '@nestjs-spark/jetstream/internal';

/** Does something on a nats-server over a connection of its own, which ends with it. */
export async function onNats<T>(
  url: string,
  work: (connection: JetStreamConnection) => Promise<T>,
  security?: () => NatsSecurity,
): Promise<T> {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({
    url,
    name: 'tests',
    log: silent,
    ...(security ? { security } : {}),
  });
  try {
    await connection.ready();
    return await work(connection);
  } finally {
    await connection.close();
  }
}
