import { randomBytes } from 'node:crypto';
import type { LogStream } from '@nestjs-spark/contracts/internal';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** The stream of a service's replicas. */
export function peerStream(service: string): LogStream {
  return {
    name: `SPARK_PEERS_${service.toUpperCase()}`,
    subjects: `spark.peers.${service}.>`,
    description: `Spark: what the replicas of ${service} write`,
  };
}

/** Letters that nobody else draws: an origin is twelve of them. */
export function drawLetters(count: number): string {
  return [...randomBytes(count)].map((byte) => LETTERS[byte % LETTERS.length]).join('');
}

export const freshOrigin = (): string => drawLetters(12);

/** Whether a node can have drawn this. */
export function isOrigin(value: string): boolean {
  return /^[a-z0-9]{4,32}$/.test(value);
}
