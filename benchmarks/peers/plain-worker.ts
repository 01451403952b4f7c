import { parentPort } from 'node:worker_threads';

interface Car {
  LicensePlate: string;
  Model: string;
  Brand: string;
  Year: number;
  Price: number;
}

// The same five fields as the scripts pick: the best case for a worker without a sandbox, without ids and commands.
parentPort?.on('message', (texts: string[]) => {
  const picked = texts.map((text) => {
    const { LicensePlate, Model, Brand, Year, Price } = JSON.parse(text) as Car;
    return JSON.stringify({ LicensePlate, Model, Brand, Year, Price });
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has none
  parentPort?.postMessage(picked);
});
