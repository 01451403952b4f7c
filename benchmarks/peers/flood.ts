import { registerOnNats } from '../../test/support/stores/register-on-nats.ts';
import { Attacker, REFUSED } from './attacker.ts';

/** What the flooding process is asked to do: first to get ready, then to flood. */
export type FloodAsked = { natsUrl: string } | { url: string; seconds: number };

/** How many of its requests were answered; null when it is ready. */
export type FloodTold = number | null;

// A separate process: in one process, the flood would delay the measurements.
const kinds = await Promise.all(
  Object.values(REFUSED).map(async (attack, n) => ({ ...attack, rude: await Attacker.named(`Flood${n}`) })),
);
// Only its name is used.
const hr = await Attacker.named('HR');

process.on('message', (asked: FloodAsked) => {
  void ('natsUrl' in asked ? register(asked.natsUrl) : flood(asked.url, asked.seconds)).then((told) =>
    process.send?.(told satisfies FloodTold),
  );
});

async function register(natsUrl: string): Promise<null> {
  for (const { rude } of kinds) await registerOnNats(natsUrl, rude.document);
  return null;
}

/** Repeats each kind of attack as fast as it is answered. */
async function flood(url: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const counts = kinds.map(async ({ send, status, rude }) => {
    let answered = 0;
    for (; performance.now() < end; answered++) {
      const { status: got } = await send({ url, hr, rude });
      if (got !== status && got !== 429) throw new Error(`expected ${status}, got ${got}`);
    }
    return answered;
  });
  return (await Promise.all(counts)).reduce((sum, answered) => sum + answered);
}
