import { DocumentStore } from 'ravendb';
import type { BenchDatabase } from '../support/raven.ts';

/**
 * What people write by hand: a subscription worker of the client, and a session per batch. Untuned, and so with the stall caused
 * by loopback's large segments; it does not handle deletes.
 * @returns documents per second
 */
export async function subscriptionWorker(
  source: BenchDatabase,
  target: BenchDatabase,
  documents: number,
): Promise<number> {
  const from = new DocumentStore(source.server, source.name);
  const to = new DocumentStore(target.server, target.name);
  from.initialize();
  to.initialize();
  try {
    const name = await from.subscriptions.create({ query: 'from Cars' });
    const started = performance.now();
    const worker = from.subscriptions.getSubscriptionWorker<Record<string, unknown>>({
      subscriptionName: name,
      maxDocsPerBatch: 1_024,
    });
    let copied = 0;
    await new Promise<void>((resolve, reject) => {
      worker.on('error', reject);
      worker.on('batch', (batch, done) => {
        const session = to.openSession();
        const copy = async (): Promise<void> => {
          for (const { id, result } of batch.items) {
            const { LicensePlate, Model, Year, Color, Brand } = result;
            const document = {
              LicensePlate,
              Model,
              Year,
              Color,
              Brand,
              '@metadata': { '@collection': 'Cars' },
            };
            await session.store(document, id);
          }
          await session.saveChanges();
          copied += batch.items.length;
          if (copied >= documents) resolve();
        };
        void acknowledge(copy(), done);
      });
    });
    const seconds = (performance.now() - started) / 1000;
    worker.dispose();
    return copied / seconds;
  } finally {
    from.dispose();
    to.dispose();
  }
}

async function acknowledge(work: Promise<void>, done: (error?: Error) => void): Promise<void> {
  try {
    await work;
    done();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
  }
}
