import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

// Below the ephemeral ports for outgoing connections (Linux from 32768, others from 49152): a connection could take one of those
// between the check and the listen, or while its server is being restarted.
const FROM = 15_000;
const TO = 32_000;
const ATTEMPTS = 100;

/** A port that is free now on every address of this machine, and cannot be taken by an outgoing connection later. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = randomInt(FROM, TO);
    if (await isFree(port)) return port;
  }
  throw new Error(`No port between ${FROM} and ${TO} was found free`);
}

/** Whether a server may listen on the port, on every address of this machine. */
export async function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });
}
