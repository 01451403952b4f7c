import { routeStream } from '@nestjs-spark/contracts/internal';
import { eventually } from '@nestjs-spark/servers/testing';
import { onNats } from './on-nats.ts';

/** Waits until contents lie beside the log of a route, and deletes them all, as an operator's mistake would. */
export async function loseContents(natsUrl: string, owner: string, requester: string): Promise<void> {
  const bucket = `OBJ_${routeStream(owner, requester)}`;
  await onNats(natsUrl, (connection) =>
    eventually(() =>
      connection.use(async ({ jsm }) => {
        const { state } = await jsm.streams.info(bucket);
        if (state.messages === 0) throw new Error('no contents yet');
        await jsm.streams.delete(bucket);
      }),
    ),
  );
}
