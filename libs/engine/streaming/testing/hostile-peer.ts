import type { ChangeCommand, ChangeSetHeader } from '@nestjs-spark/contracts';
import {
  encodeChangeSet,
  readHeader,
  sealMessage,
  taskSubject,
  type LogPayload,
} from '@nestjs-spark/contracts/internal';
import type { Simulation } from './simulation.ts';
import { TASK } from './simulation.ts';

export const HOSTILE = [
  'garbage',
  'no-signature',
  'strange-key',
  'replayed',
  'of-another-task',
  'other-header',
  'other-payload',
] as const;

export type HostileAct = (typeof HOSTILE)[number];

/** An id that no owner ever puts. */
export const EVIL = 'cars/evil';

/** Someone who can publish to the route, and has heard everything the owner ever sent. */
export class HostilePeer {
  readonly #simulation: Simulation;
  readonly #heard: LogPayload[] = [];

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    const { log } = simulation;
    const append = log.append.bind(log);
    log.append = (message, after) => {
      this.#heard.push(structuredClone(message));
      return append(message, after);
    };
  }

  /**
   * @param pick which of the heard messages to use
   * @returns false when the log is full, which it stays until a capture trims it
   */
  async act(how: HostileAct, pick: number): Promise<boolean> {
    return this.#simulation.log.intrude(await this.#message(how, pick));
  }

  async #message(how: HostileAct, pick: number): Promise<LogPayload> {
    const { keys } = this.#simulation;
    const heard = this.#heard[pick % this.#heard.length];
    const header = readHeader(heard ?? null);
    if (!heard || !header || how === 'garbage') return { headers: {}, payload: Buffer.from(String(pick)) };
    switch (how) {
      case 'no-signature':
        return this.#evil(header, pick);
      case 'strange-key':
        return sealMessage(await this.#evil(header, pick), taskSubject(TASK), keys.stranger());
      case 'of-another-task': {
        const subject = taskSubject({ ...TASK, name: 'Vans' });
        return sealMessage(await this.#evil(header, pick), subject, keys.signerOf(TASK.owner));
      }
      case 'other-header': {
        const { headers } = await this.#evil(header, pick);
        return { ...heard, headers: { ...heard.headers, ...headers } };
      }
      case 'other-payload':
        return { ...heard, payload: (await this.#evil(header, pick)).payload };
      case 'replayed':
        return heard;
    }
  }

  /** A message that would do harm if trusted: it adds a document, or makes the copy complete and empty. */
  #evil(header: ChangeSetHeader, pick: number): Promise<LogPayload> {
    const { to, generation } = header;
    const document = `{"@metadata":{"@collection":"Cars","spark-source":"Fleet/${EVIL}","spark-etag":1,"spark-generation":"HR/cars:${generation}"}}`;
    const commands: ChangeCommand[] = [{ type: 'put', id: EVIL, document }];
    const variants = [
      { ...header, from: to + 1, to: to + 1, commands },
      { ...header, generation: generation + 1 + (pick % 3), from: 1, to, live: true, commands: [] },
      { ...header, from: 1, to: Number.MAX_SAFE_INTEGER - 1, live: true, commands },
    ];
    return encodeChangeSet(variants[pick % variants.length] ?? { ...header, commands });
  }
}
