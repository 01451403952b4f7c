import { onNats } from './on-nats.ts';

/** Deletes every stream of a nats-server, as a lost volume would. */
export async function loseStreams(natsUrl: string): Promise<void> {
  await onNats(natsUrl, (connection) =>
    connection.use(async ({ jsm }) => {
      const names = await Array.fromAsync(jsm.streams.names());
      for (const name of names) await jsm.streams.delete(name);
    }),
  );
}
