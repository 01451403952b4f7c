import { randomUUID } from 'node:crypto';
import type { ContentBundle } from '@nestjs-spark/contracts/internal';
import type { BigPayloads } from './big-payloads.ts';

/**
 * Contents of one message, in the route's object bucket beside the big payloads and under the same rule: the name contains the
 * sequence that the message was meant to follow, and is unique to the attempt.
 */
export class JetStreamContents implements ContentBundle {
  readonly name: string;
  readonly #objects: BigPayloads;
  #stored = 0;

  constructor(objects: BigPayloads, subject: string, afterSequence: number) {
    this.#objects = objects;
    this.name = `${subject}/${afterSequence}/${randomUUID()}`;
  }

  async store(content: AsyncIterable<Uint8Array>): Promise<string> {
    const name = `${this.name}/${++this.#stored}`;
    await this.#objects.storeStream(name, content);
    return name;
  }
}
