import type { EtlCommand, EtlPut, LargeEtlPut, ScriptFailure, SendableCommand } from '../types.ts';
import { withLargePuts } from './large-puts.ts';
import { DELETE, DELETE_PREFIX, DONE, FAILED, LATER, PUT, WANTS, type Reply } from './messages.ts';
import { sizeOfCommand } from './output-budget.ts';

/** Collects the outcomes of a batch into a reply's columns. */
export class ReplyBuilder {
  readonly #ids: readonly string[];
  readonly #commands: (readonly SendableCommand[])[] = [];
  readonly #statuses: Uint8Array<ArrayBuffer>;
  readonly #failures: Record<number, ScriptFailure> = {};
  readonly #wants: Record<number, string[]> = {};
  spoiled = false;
  wantsMemory = false;
  /** Total size of the commands so far. */
  size = 0;
  /** How many documents have an outcome. */
  settled = 0;

  /** @param ids of the batch's documents */
  constructor(ids: readonly string[]) {
    this.#ids = ids;
    this.#statuses = new Uint8Array(ids.length).fill(LATER);
  }

  done(document: number, commands: EtlCommand[]): void {
    this.#settle(document, DONE);
    const size = commands.reduce((sum, command) => sum + sizeOfCommand(command), 0);
    this.#commands[document] = withLargePuts(commands, size);
    this.size += size;
  }

  failed(document: number, failure: ScriptFailure): void {
    this.#settle(document, FAILED);
    this.#failures[document] = failure;
  }

  wants(document: number, ids: string[]): void {
    this.#settle(document, WANTS);
    this.#wants[document] = ids;
  }

  has(document: number): boolean {
    return this.#statuses[document] !== LATER;
  }

  #settle(document: number, status: number): void {
    this.#statuses[document] = status;
    this.settled++;
  }

  build(): Reply {
    const counts = new Uint32Array(this.#statuses.length);
    let commands = 0;
    for (let i = 0; i < counts.length; i++) commands += counts[i] = this.#commands[i]?.length ?? 0;
    const names = new Map<string, number>();
    const reply: Reply = {
      statuses: this.#statuses,
      counts,
      types: new Uint8Array(commands),
      ids: [],
      collections: new Uint32Array(commands),
      collectionNames: [],
      fields: [],
      large: {},
      metadata: {},
      extras: {},
      failures: this.#failures,
      wants: this.#wants,
      spoiled: this.spoiled,
      wantsMemory: this.wantsMemory,
      size: this.size,
      ms: 0,
      openingMs: 0,
    };
    let at = 0;
    for (let i = 0; i < counts.length; i++) {
      const own = this.#ids[i];
      for (const command of this.#commands[i] ?? []) addCommand(reply, at++, command, own, names);
    }
    reply.collectionNames = [...names.keys()];
    return reply;
  }
}

function addCommand(
  reply: Reply,
  at: number,
  command: SendableCommand,
  ownId: string | undefined,
  names: Map<string, number>,
): void {
  const id = command.type === 'delete-prefix' ? command.prefix : command.id;
  reply.ids.push(id === ownId ? null : id);
  if (command.type === 'put' || command.type === 'large-put') addPut(reply, at, command, names);
  else reply.types[at] = command.type === 'delete' ? DELETE : DELETE_PREFIX;
}

function addPut(reply: Reply, at: number, command: EtlPut | LargeEtlPut, names: Map<string, number>): void {
  const put = reply.fields.length;
  const { collection, extras } = command;
  if (!names.has(collection)) names.set(collection, names.size);
  reply.types[at] = PUT;
  reply.collections[put] = names.get(collection) ?? 0;
  addTexts(reply, put, command);
  if (extras) reply.extras[put] = extras;
}

function addTexts(reply: Reply, put: number, command: EtlPut | LargeEtlPut): void {
  if (command.type === 'put') {
    reply.fields.push(command.fields);
    if (command.metadata !== undefined) reply.metadata[put] = command.metadata;
    return;
  }
  const { fields, metadata } = command;
  reply.fields.push('');
  reply.large[put] = metadata ? { fields, metadata } : { fields };
}

/** Reads a reply's commands; each call returns those of the next document, given its id. */
export function commandReader(reply: Reply): (ownId: string) => SendableCommand[] {
  let document = 0;
  let at = 0;
  let put = 0;
  return (ownId) => {
    const commands: SendableCommand[] = [];
    for (const end = at + (reply.counts[document++] ?? 0); at < end; at++) {
      const id = reply.ids[at] ?? ownId;
      if (reply.types[at] === PUT) commands.push(putOf(reply, put++, id));
      else if (reply.types[at] === DELETE) commands.push({ type: 'delete', id });
      else commands.push({ type: 'delete-prefix', prefix: id });
    }
    return commands;
  };
}

function putOf(reply: Reply, put: number, id: string): SendableCommand {
  const collection = reply.collectionNames[reply.collections[put] ?? 0] ?? '';
  const extras = reply.extras[put];
  const command = textsOf(reply, put, { id, collection });
  return extras ? { ...command, extras } : command;
}

function textsOf(
  reply: Reply,
  put: number,
  { id, collection }: Pick<EtlPut, 'id' | 'collection'>,
): EtlPut | LargeEtlPut {
  const large = reply.large[put];
  if (large) return { type: 'large-put', id, collection, ...large };
  const fields = reply.fields[put] ?? '';
  const metadata = reply.metadata[put];
  return metadata === undefined
    ? { type: 'put', id, collection, fields }
    : { type: 'put', id, collection, fields, metadata };
}
