import type { PeerEvent } from '../src/merge/event.ts';
import type { ConflictResolver } from '../src/merge/resolve.ts';
import { nextBatch } from '../src/publish/next-batch.ts';
import { receiveEvents } from '../src/receive/receive-events.ts';
import { type Change, MemoryFile } from './memory-file.ts';
import type { Random } from './random.ts';

/** What a rule of the protocol prevents; switched off, to see that the simulation notices. */
export type BrokenRule = 'the fence' | 'two lives';

interface LogMessage {
  sequence: number;
  origin: string;
  events: readonly PeerEvent[];
  isForged: boolean;
}

interface Node {
  name: string;
  file: MemoryFile;
  isUp: boolean;
  isOnline: boolean;
  /** Nothing may be published before this is read. */
  lookTo: number;
  clockShift: number;
  backup: MemoryFile | null;
}

const HOUR = 3_600_000_000;
const NOTES = 'Notes';
const BOARDS = 'Boards';
const RECORDS = 6;

/** Keeps every tag that anybody added. */
const UNION: ConflictResolver<object> = {
  version: 1,
  resolve({ current, incoming }) {
    const tags = [current, incoming].flatMap((one) => (one as { tags?: string[] } | null)?.tags ?? []);
    return { type: 'put', document: { tags: [...new Set(tags)].toSorted() } };
  },
};

/** Nodes, one log, and everything that can happen to them: one transaction after the other, chosen by a seed. */
export class Simulation {
  readonly #random: Random;
  readonly #broken: BrokenRule | null;
  readonly #log: LogMessage[] = [];
  readonly #tails = new Map<string, number>();
  readonly #nodes: Node[] = [];
  /** Writes that an application was told are kept, by what they wrote. */
  readonly #acknowledged: PeerEvent[] = [];
  readonly #lostWithDisk = new Set<PeerEvent>();
  #time = 1_800_000_000_000_000;
  #made = 0;

  constructor(random: Random, broken: BrokenRule | null = null) {
    this.#random = random;
    this.#broken = broken;
    for (let count = 3 + random.below(4); count > 0; count--) this.#addNode(new MemoryFile());
  }

  step(): void {
    this.#time += this.#random.below(5_000_000);
    const node = this.#random.one(this.#nodes as [Node, ...Node[]]);
    const chance = this.#random.next();
    if (!node.isUp) this.#stepStopped(node, chance);
    else if (chance < 0.35) this.#write(node);
    else if (chance < 0.6) this.#read(node, 1 + this.#random.below(4));
    else if (chance < 0.85) this.#publish(node);
    else if (chance < 0.86) this.#forge();
    else this.#disturb(node);
  }

  /** Everything comes back; everybody reads and publishes until nothing more happens. */
  settle(): void {
    for (const node of this.#nodes) {
      if (!node.isUp) this.#start(node);
      node.isOnline = true;
    }
    for (let rounds = 0; rounds < 200; rounds++) {
      const before = this.#log.length;
      for (const node of this.#nodes) this.#read(node, Infinity);
      for (const node of this.#nodes) this.#publish(node, 'answered');
      const isRead = this.#nodes.every(({ file }) => file.position === this.#log.length);
      if (isRead && this.#log.length === before) return;
    }
  }

  /** What is wrong, in words; empty when nothing is. */
  violations(): string[] {
    return [
      ...this.#unequal(),
      ...this.#numbersUsedTwice(),
      ...this.#otherThanTheLog(),
      ...this.#lostWrites(),
      ...this.#lostTags(),
    ];
  }

  #stepStopped(node: Node, chance: number): void {
    if (chance < 0.5) this.#start(node);
    // Somebody opens the file with another program.
    else if (chance < 0.7) this.#write(node);
    else if (chance < 0.8) this.#restore(node);
  }

  #disturb(node: Node): void {
    const chance = this.#random.next();
    if (chance < 0.3) node.isUp = false;
    else if (chance < 0.6) this.#cutOrHeal(node);
    else if (chance < 0.7) node.clockShift = this.#random.one([0, HOUR, -HOUR, this.#random.below(HOUR)]);
    else if (chance < 0.8) node.backup = node.file.copy();
    else if (chance < 0.9 && this.#nodes.length < 10) this.#addNode(node.file.copy());
    else if (this.#nodes.length < 10) this.#addNode(new MemoryFile());
  }

  #addNode(file: MemoryFile): void {
    const name = `node${this.#nodes.length}`;
    const node = { name, file, isUp: false, isOnline: true, lookTo: 0, clockShift: 0, backup: null };
    this.#nodes.push(node);
    if (this.#random.next() < 0.7) this.#start(node);
  }

  #start(node: Node): void {
    node.isUp = true;
    node.lookTo = this.#log.length;
    this.#setClock(node);
    node.file.takeOrigin(this.#freshOrigin());
  }

  #setClock(node: Node): void {
    node.file.logTime = () => this.#time + node.clockShift;
  }

  #restore(node: Node): void {
    if (!node.backup) return;
    const was = node.file;
    node.file = node.backup.copy();
    this.#setClock(node);
    for (const event of this.#acknowledged) {
      if (was.event(event) === event) this.#lostWithDisk.add(event);
    }
  }

  #cutOrHeal(node: Node): void {
    node.isOnline = !node.isOnline;
    node.lookTo = this.#log.length;
  }

  #write(node: Node): void {
    const recordId = `r${this.#random.below(RECORDS)}`;
    const { file } = node;
    this.#made++;
    if (this.#random.next() < 0.4) {
      const data = JSON.stringify({ tags: [...tagsOf(file.shown(BOARDS, recordId)), `t${this.#made}`] });
      const operation = file.shown(BOARDS, recordId) === null ? 'CREATE' : 'UPDATE';
      this.#acknowledge(file, { entity: BOARDS, recordId, operation, data });
      return;
    }
    const isThere = file.shown(NOTES, recordId) !== null;
    const removes = isThere && this.#random.next() < 0.3;
    const operation = removes ? 'DELETE' : isThere ? 'UPDATE' : 'CREATE';
    const data = removes ? null : JSON.stringify({ n: this.#made });
    this.#acknowledge(file, { entity: NOTES, recordId, operation, data });
  }

  #acknowledge(file: MemoryFile, change: Change): void {
    // No process has ever opened the file: it has no origin, and other programs have no table to write to.
    if (file.unconfirmedOrigins().length === 0 && file.logTime() === 0) return;
    this.#acknowledged.push(file.write(change));
  }

  #read(node: Node, most: number): void {
    if (!node.isUp || !node.isOnline) return;
    for (const message of this.#log.slice(node.file.position).slice(0, most)) {
      if (this.#broken === 'two lives') forgetOtherLife(node.file, message);
      receiveEvents(node.file, message, policyOf, () => this.#freshOrigin());
    }
  }

  #publish(node: Node, outcome = this.#random.one(['answered', 'answered', 'request lost'])): void {
    if (!node.isUp || !node.isOnline || node.file.position < node.lookTo) return;
    const batch = nextBatch(node.file);
    if (!batch) return;
    const isExpected = (this.#tails.get(batch.origin) ?? 0) === batch.tail;
    if (outcome === 'request lost' || (!isExpected && this.#broken !== 'the fence')) {
      node.lookTo = this.#log.length;
      return;
    }
    const sequence = this.#log.length + 1;
    this.#log.push({ sequence, origin: batch.origin, events: batch.events, isForged: false });
    this.#tails.set(batch.origin, sequence);
    node.lookTo = sequence;
  }

  /** Somebody who can write to the log says something under the name of an origin. */
  #forge(): void {
    const [origin] = this.#random.one([...this.#tails, [this.#freshOrigin(), 0]] as [[string, number]]);
    const last = this.#log.findLast((message) => message.origin === origin)?.events.at(-1)?.number ?? 0;
    const number = Math.max(1, last + this.#random.below(4) - 1);
    const sequence = this.#log.length + 1;
    const event: PeerEvent = {
      origin,
      number,
      hlc: this.#time,
      entity: NOTES,
      recordId: `r${this.#random.below(RECORDS)}`,
      operation: 'UPDATE',
      data: JSON.stringify({ forged: sequence }),
      timestamp: 0,
      sees: this.#random.one([[], [{ origin: 'nobody', number: 1 }]]),
      resolverVersion: null,
    };
    this.#log.push({ sequence, origin, events: [event], isForged: true });
    this.#tails.set(origin, sequence);
  }

  #freshOrigin(): string {
    return `o${++this.#made}`;
  }

  #unequal(): string[] {
    const [first, ...rest] = this.#nodes.map(({ name, file }) => ({ name, state: file.state().join('\n') }));
    return rest
      .filter(({ state }) => state !== first?.state)
      .map(({ name }) => `${name} differs from ${first?.name}`);
  }

  #numbersUsedTwice(): string[] {
    const contents = new Map<string, string>();
    return this.#log
      .filter(({ isForged }) => !isForged)
      .flatMap(({ events }) => events)
      .flatMap((event) => {
        const name = `${event.origin}:${event.number}`;
        const content = JSON.stringify(event);
        const before = contents.get(name);
        contents.set(name, content);
        return before === undefined || before === content ? [] : [`${name} has two contents`];
      });
  }

  /** A file that only ever reads knows what the log comes to. */
  #otherThanTheLog(): string[] {
    const reader = new MemoryFile();
    for (const message of this.#log) receiveEvents(reader, message, policyOf, () => 'reader');
    const expected = reader.state().join('\n');
    return this.#nodes
      .filter(({ file }) => file.state().join('\n') !== expected)
      .map(({ name }) => `${name} is not what the log says`);
  }

  #lostWrites(): string[] {
    const published = new Set(this.#log.flatMap(({ events }) => events).map(meaningOf));
    return this.#acknowledged
      .filter((event) => !this.#lostWithDisk.has(event))
      .filter((event) => !published.has(meaningOf(event)))
      .map(({ origin, number }) => `${origin}:${number} was acknowledged and is nowhere`);
  }

  #lostTags(): string[] {
    const boards = this.#log.flatMap(({ events }) => events).filter(({ entity }) => entity === BOARDS);
    return [...Map.groupBy(boards, ({ recordId }) => recordId)].flatMap(([recordId, events]) => {
      const added = [...new Set(events.flatMap(({ data }) => tagsOf(data)))];
      return this.#nodes
        .filter(({ file }) => !hasAll(tagsOf(file.shown(BOARDS, recordId)), added))
        .map(({ name }) => `${name} lost a tag of ${recordId}`);
    });
  }
}

function hasAll(shown: readonly string[], added: readonly string[]): boolean {
  const there = new Set(shown);
  return added.every((tag) => there.has(tag));
}

function tagsOf(data: string | null): string[] {
  return (JSON.parse(data ?? '{"tags":[]}') as { tags: string[] }).tags;
}

const policyOf = (entity: string) => (entity === BOARDS ? UNION : null);

/** What a write says, whichever number it has. */
function meaningOf({ entity, recordId, operation, data }: PeerEvent): string {
  return JSON.stringify([entity, recordId, operation === 'CREATE' ? 'UPDATE' : operation, data]);
}

/** Takes what the log says of one's own numbers for what one has written. */
function forgetOtherLife(file: MemoryFile, { origin, events }: LogMessage): void {
  const own = file.own(origin);
  const last = events.at(-1)?.number ?? 0;
  if (own && last > own.confirmed) file.setOwn(origin, { ...own, confirmed: Math.min(last, own.written) });
}

/** One run from its seed. @returns what is wrong at its end */
export function simulate(random: Random, steps: number, broken: BrokenRule | null = null): string[] {
  const simulation = new Simulation(random, broken);
  for (let step = 0; step < steps; step++) simulation.step();
  simulation.settle();
  return simulation.violations();
}
