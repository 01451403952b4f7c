import { once } from 'node:events';
import { connect } from 'node:net';

const PORT = 4222;
const TIMEOUT_MS = 5_000;

/** What a demonstration that needs NATS does without an address. */
export const OWN_NATS = 'a server is then started';

/**
 * Checks immediately whether anything listens at `NATS_URL`, since an app would wait for it indefinitely.
 * @throws {Error} with the remedy, when none of its addresses accepts a connection
 */
export async function requireNats(urls: string, without: string): Promise<void> {
  const failures: string[] = [];
  for (const url of urls.split(',').map((one) => one.trim())) {
    const failure = await failureOf(url);
    if (failure === null) return;
    failures.push(failure);
  }
  throw new Error(
    `NATS cannot be reached (${failures.join('; ')}). ` +
      `Start one with "npm run servers -- nats" and set NATS_URL to the address it prints, or leave NATS_URL unset: ${without}.`,
  );
}

async function failureOf(text: string): Promise<string | null> {
  const url = URL.parse(text.includes('://') ? text : `nats://${text}`);
  if (!url) return `NATS_URL has "${text}", which is not an address such as nats://127.0.0.1:4222`;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = connect({ host, port: Number(url.port || PORT) });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return null;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return `${url.host}: ${code ?? name}`;
  } finally {
    socket.destroy();
  }
}
