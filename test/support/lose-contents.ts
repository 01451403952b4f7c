import { routeStream } from '@nestjs-spark/contracts/internal';
import { JetStreamConnection } from '@nestjs-spark/jetstream/internal';
import { eventually } from '@nestjs-spark/servers/testing';

/** Waits until contents lie beside the log of a route, and deletes them all, as an operator's mistake would. */
export async function loseContents(natsUrl: string, owner: string, requester: string): Promise<void> {
  const silent = { debug() {}, log() {}, warn() {}, error() {} };
  const connection = new JetStreamConnection({ url: natsUrl, name: 'tests', log: silent });
  const bucket = `OBJ_${routeStream(owner, requester)}`;
  try {
    await eventually(() =>
      connection.use(async ({ jsm }) => {
        const { state } = await jsm.streams.info(bucket);
        if (state.messages === 0) throw new Error('no contents yet');
        await jsm.streams.delete(bucket);
      }),
    );
  } finally {
    await connection.close();
  }
}
