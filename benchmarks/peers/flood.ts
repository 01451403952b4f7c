import { registerOnNats } from '../../test/support/stores/register-on-nats.ts';
import { Attacker, REFUSED } from './attacker.ts';

/** What the process that floods is asked for: first to get ready, then to flood. */
export type FloodAsked = { natsUrl: string } | { url: string; seconds: number };

/** How many of its requests were answered; null when it is ready. */
export type FloodTold = number | null;

// A process of its own: beside the flood, the program that measures would wait for itself.
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

/** Each kind of attack again and again, as fast as it is answered. */
async function flood(url: string, seconds: number): Promise<number> {
  const end = performance.now() + seconds * 1_000;
  const counts = kinds.map(async ({ send, status, rude }) => {
    let answered = 0;
    for (; performance.now() < end; answered++) {
      const { status: got } = await send({ url, hr, rude });
      if (got !== status && got !== 429) throw new Error(`${status} was expected, and the answer was ${got}`);
    }
    return answered;
  });
  return (await Promise.all(counts)).reduce((sum, answered) => sum + answered);
}
