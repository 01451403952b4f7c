import { JetStreamConnection } from '@nestjs-spark/jetstream/internal';

/** Deletes every stream of a nats-server, as a lost volume would. */
export async function loseStreams(natsUrl: string): Promise<void> {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url: natsUrl, name: 'tests', log: silent });
  try {
    await connection.use(async ({ jsm }) => {
      const names = await Array.fromAsync(jsm.streams.names());
      for (const name of names) await jsm.streams.delete(name);
    });
  } finally {
    await connection.close();
  }
}
