import type { EtlCommand } from '../types.ts';
import { DELETE, DELETE_PREFIX, DONE, FAILED, PUT, WANTS, type RawFailure, type Reply } from './messages.ts';

/** Collects the outcomes of a batch into a reply's columns. */
export class ReplyBuilder {
  readonly #commands: EtlCommand[][] = [];
  readonly #statuses: Uint8Array<ArrayBuffer>;
  readonly #failures: Record<number, RawFailure> = {};
  readonly #wants: Record<number, string[]> = {};
  spoiled = false;

  constructor(documents: number) {
    this.#statuses = new Uint8Array(documents);
  }

  done(document: number, commands: EtlCommand[]): void {
    this.#statuses[document] = DONE;
    this.#commands[document] = commands;
  }

  failed(document: number, failure: RawFailure): void {
    this.#statuses[document] = FAILED;
    this.#failures[document] = failure;
  }

  wants(document: number, ids: string[]): void {
    this.#statuses[document] = WANTS;
    this.#wants[document] = ids;
  }

  build(): Reply {
    const counts = new Uint32Array(this.#statuses.length);
    let commands = 0;
    for (let i = 0; i < counts.length; i++) commands += counts[i] = this.#commands[i]?.length ?? 0;
    const reply: Reply = {
      statuses: this.#statuses,
      counts,
      types: new Uint8Array(commands),
      ids: [],
      collections: [],
      fields: [],
      metadata: [],
      extras: {},
      failures: this.#failures,
      wants: this.#wants,
      spoiled: this.spoiled,
    };
    let at = 0;
    for (let i = 0; i < counts.length; i++) {
      for (const command of this.#commands[i] ?? []) addCommand(reply, at++, command);
    }
    return reply;
  }
}

function addCommand(reply: Reply, at: number, command: EtlCommand): void {
  if (command.type === 'put') {
    reply.types[at] = PUT;
    if (command.extras) reply.extras[reply.fields.length] = command.extras;
    reply.ids.push(command.id);
    reply.collections.push(command.collection);
    reply.fields.push(command.fields);
    reply.metadata.push(command.metadata ?? null);
  } else {
    reply.types[at] = command.type === 'delete' ? DELETE : DELETE_PREFIX;
    reply.ids.push(command.type === 'delete' ? command.id : command.prefix);
  }
}

/** Reads the commands of a reply; each call answers those of the next document. */
export function commandReader(reply: Reply): () => EtlCommand[] {
  let document = 0;
  let at = 0;
  let put = 0;
  return () => {
    const commands: EtlCommand[] = [];
    for (const end = at + (reply.counts[document++] ?? 0); at < end; at++) {
      const id = reply.ids[at] ?? '';
      if (reply.types[at] === PUT) commands.push(putOf(reply, put++, id));
      else if (reply.types[at] === DELETE) commands.push({ type: 'delete', id });
      else commands.push({ type: 'delete-prefix', prefix: id });
    }
    return commands;
  };
}

function putOf(reply: Reply, put: number, id: string): EtlCommand {
  const collection = reply.collections[put] ?? '';
  const fields = reply.fields[put] ?? '';
  const metadata = reply.metadata[put] ?? null;
  const extras = reply.extras[put];
  const command: EtlCommand =
    metadata === null
      ? { type: 'put', id, collection, fields }
      : { type: 'put', id, collection, fields, metadata };
  return extras ? { ...command, extras } : command;
}
