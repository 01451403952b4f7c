import type { PeerEvent } from '../src/merge/event.ts';
import { beginLoading, finishLoading } from '../src/join/load-snapshot.ts';
import { beginSnapshot, snapshotPage } from '../src/join/take-snapshot.ts';
import { expireDeletes } from '../src/expire/expire-deletes.ts';
import { beginNewLife } from '../src/receive/begin-new-life.ts';
import { nextMessage, saidBy } from '../src/publish/next-message.ts';
import { proposeForOthers } from '../src/receive/propose-for-others.ts';
import { goesOnAfter } from '../src/publish/said.ts';
import { receiveEvents } from '../src/receive/receive-events.ts';
import { trimEvents } from '../src/trim/trim-events.ts';
import { type Change, MemoryFile } from './memory-file.ts';
import type { Random } from './random.ts';
import { SimulatedLog } from './simulated-log.ts';
import {
  cutPower,
  kill,
  lookFirst,
  makeNode,
  type Node,
  put,
  putSoon,
  unpublishedIn,
} from './simulated-node.ts';
import { loadPages } from './load-pages.ts';
import { forgedEvent, forgetOtherLife, nextChange } from './simulated-changes.ts';
import { BOARDS, meaningOf, policyOf, violationsOf } from './violations.ts';

/** A rule of the protocol that can be switched off, to check that the simulation notices. */
export type BrokenRule = 'the fence' | 'two lives' | 'no reading over a gap' | 'no sweep';

const HOUR = 3_600_000_000;
const PAGE = 3;
const OUTCOMES = ['answered', 'answered', 'request lost', 'answer lost'] as const;

/** Simulates nodes, one log, and everything that can happen to them: one transaction after the other, chosen by a seed. */
export class Simulation {
  readonly #random: Random;
  readonly #broken: BrokenRule | null;
  readonly #log = new SimulatedLog();
  readonly #nodes: Node[] = [];
  /** Writes that were acknowledged to an application, by their content. */
  readonly #acknowledged: PeerEvent[] = [];
  readonly #lostWithDisk = new Set<string>();
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
    else if (chance < 0.58) this.#read(node, 1 + this.#random.below(4));
    else if (chance < 0.6) this.#trim(node);
    else if (chance < 0.85) this.#publish(node);
    else if (chance < 0.86) this.#forge();
    else if (chance < 0.87) this.#retire();
    else if (chance < 0.91) this.#makeSnapshot(node);
    else if (chance < 0.92) this.#propose(node);
    else if (chance < 0.94) this.#passTime(node);
    else this.#disturb(node);
  }

  /** Brings everything back, and lets all nodes read and publish until nothing more happens. */
  settle(): void {
    for (const node of this.#nodes) {
      if (!node.isUp) this.#start(node);
      node.isOnline = true;
    }
    for (let rounds = 0; rounds < 200; rounds++) {
      const before = this.#log.end;
      for (const node of this.#nodes) this.#read(node, Infinity);
      for (const node of this.#nodes) this.#publish(node, 'answered');
      const isRead = this.#nodes.every(({ file }) => file.position === this.#log.end);
      if (isRead && this.#log.end === before) return;
    }
  }

  /** The violations in words; empty if there are none. */
  violations(): string[] {
    return violationsOf({
      said: this.#log.said,
      replicas: this.#nodes,
      acknowledged: this.#acknowledged.filter((event) => !this.#lostWithDisk.has(meaningOf(event))),
    });
  }

  #stepStopped(node: Node, chance: number): void {
    if (chance < 0.5) this.#start(node);
    else if (chance > 0.95) cutPower(node, this.#random);
    // Another program opens the file.
    else if (chance < 0.7) this.#write(node);
    else if (chance < 0.8) this.#restore(node);
  }

  #disturb(node: Node): void {
    const chance = this.#random.next();
    if (chance < 0.2) kill(node);
    else if (chance < 0.3) cutPower(node, this.#random);
    else if (chance < 0.6) this.#cutOrHeal(node);
    else if (chance < 0.7) node.clockShift = this.#random.one([0, HOUR, -HOUR, this.#random.below(HOUR)]);
    else if (chance < 0.8) node.backup = node.file.copy();
    else if (chance < 0.9 && this.#nodes.length < 10) this.#addNode(node.file.copy());
    else if (this.#nodes.length < 10) this.#addNode(new MemoryFile());
  }

  #addNode(file: MemoryFile): void {
    const node = makeNode(`node${this.#nodes.length}`, file);
    this.#nodes.push(node);
    if (this.#random.next() < 0.7) this.#start(node);
  }

  #start(node: Node): void {
    node.isUp = true;
    node.lookTo = this.#log.end;
    this.#setClock(node);
    put(node);
    node.file.takeOrigin(this.#freshOrigin());
  }

  #setClock(node: Node): void {
    node.file.logTime = () => this.#time + node.clockShift;
  }

  #restore(node: Node): void {
    if (!node.backup) return;
    const was = node.file;
    node.file = node.backup.copy();
    put(node);
    this.#setClock(node);
    for (const event of unpublishedIn(was)) this.#lostWithDisk.add(meaningOf(event));
  }

  #cutOrHeal(node: Node): void {
    node.isOnline = !node.isOnline;
    node.said.clear();
    // A node that had read everything it had to continues at once: the fence refuses what does not follow.
    const isAsLeft = node.isUp && node.file.position >= node.lookTo;
    node.lookTo = isAsLeft ? 0 : this.#log.end;
  }

  #write(node: Node): void {
    put(node);
    this.#made++;
    this.#acknowledge(node.file, nextChange(this.#random, node.file, this.#made));
  }

  #acknowledge(file: MemoryFile, change: Change): void {
    // No process has ever opened the file: it has no origin, and no table for other programs to write to.
    if (file.unconfirmedOrigins().length === 0 && file.logTime() === 0) return;
    this.#acknowledged.push(file.write(change));
  }

  #read(node: Node, most: number): void {
    if (!node.isUp || !node.isOnline) return;
    const { file } = node;
    if (this.#random.next() < 0.2) this.#load(node);
    if (this.#random.next() < 0.3) this.#trim(node);
    putSoon(node);
    for (let count = 0; count < most; count++) {
      const message = this.#log.after(file.position);
      if (!message) return;
      if (message.sequence !== file.position + 1 && this.#broken !== 'no reading over a gap') {
        this.#load(node);
        continue;
      }
      if (this.#broken === 'two lives') forgetOtherLife(file, message);
      receiveEvents(file, message, policyOf, () => this.#freshOrigin());
      if (message.expire !== undefined) expireDeletes(file, message.expire, policyOf);
      if (message.isAck !== true) file.news = message.sequence;
      if (message.node !== undefined) file.nameNode(message.origin, message.node);
      file.noteAck(message.origin, message.ack ?? 0);
      if (message.isClose) file.noteClosed(message.origin, message.sequence);
      if (message.isClose && file.own(message.origin))
        beginNewLife(file, policyOf, this.#freshOrigin(), 'retired');
    }
  }

  /** Removes events that all members have. */
  #trim(node: Node): void {
    const { file, mark } = node;
    const everywhere = mark.advance(file);
    if (everywhere === null) return;
    const { taken: to, own } = everywhere;
    for (const [origin, number] of own) file.noteStable(origin, number);
    for (let after: number | null = node.trimmed; after !== null;)
      after = trimEvents(file, { after, to, limit: 10 * PAGE });
    node.trimmed = to;
  }

  #propose(node: Node): void {
    put(node);
    proposeForOthers(node.file, policyOf, { entity: BOARDS, after: 0 }, Infinity);
  }

  /** Begins or continues a snapshot, so that other steps happen between its pages. */
  #makeSnapshot(node: Node): void {
    const { file } = node;
    if (!node.isOnline) return;
    const making = (node.making ??= { head: beginSnapshot(file), pages: [], last: null });
    const page = snapshotPage(file, making.last, PAGE);
    making.pages.push(page.events);
    making.last = page.last;
    if (page.last !== null) return;
    put(node);
    // Of the pages, which may have been read long after the beginning.
    const head = { ...making.head, horizon: file.horizon };
    this.#log.keep({ head, pages: making.pages });
    node.making = null;
  }

  /** Loads a snapshot that reaches further than the file. Loading may be interrupted and then starts over. */
  #load(node: Node): void {
    const { snapshot } = this.#log;
    const { file } = node;
    if (!snapshot || snapshot.head.cut <= file.position) return;
    put(node);
    lookFirst(node, this.#log.end);
    beginLoading(file, snapshot.head, policyOf, () => this.#freshOrigin());
    const isCut = () => this.#random.next() < 0.05;
    if (!loadPages(file, snapshot, this.#broken === 'no sweep', isCut)) return;
    finishLoading(file, snapshot.head);
  }

  #publish(node: Node, outcome = this.#random.one(OUTCOMES)): void {
    if (!node.isUp || !node.isOnline || node.file.position < node.lookTo) return;
    const next = nextMessage(node.file, true, node.said);
    if (!next) return;
    const isExpected = this.#log.tailOf(next.origin) === next.tail;
    if (outcome === 'request lost' || (!isExpected && this.#broken !== 'the fence')) {
      lookFirst(node, this.#log.end);
      return;
    }
    put(node);
    const events = next.kind === 'events' ? next.events : [];
    const { origin, kind, claims } = next;
    const about = { origin, node: node.name, ack: claims.ack, isAck: kind === 'ack', isForged: false };
    const sequence = this.#log.append({ ...about, events });
    if (outcome === 'answered') node.said.set(origin, saidBy(next, sequence));
    else node.said.clear();
    // If much is left, it continues without having read what it has published, as it does when it reconnects to the log.
    const goesOn = kind === 'events' && this.#random.next() < 0.5;
    if (!goesOn) node.lookTo = sequence;
  }

  /** A long time passes for the nodes that are there. One of them has older deletes forgotten, and may replace the log by a snapshot. */
  #passTime(node: Node): void {
    const present = this.#nodes.filter(({ isUp, isOnline }) => isUp && isOnline);
    for (let rounds = 0; rounds < 3; rounds++) {
      for (const one of present) this.#read(one, Infinity);
      for (const one of present) this.#publish(one, 'answered');
    }
    this.#time += this.#random.one([0, HOUR, 3 * HOUR]);
    this.#read(node, Infinity);
    this.#expire(node);
    for (const one of present) this.#read(one, Infinity);
    if (node.isUp && this.#random.next() < 0.5)
      for (let pages = 0; pages < 20; pages++) this.#makeSnapshot(node);
  }

  #expire(node: Node): void {
    const { current: origin } = node.file;
    const { tail } = goesOnAfter(node.file.own(origin), node.said.get(origin));
    if (!node.isUp || !node.isOnline || node.file.position < node.lookTo) return;
    if (tail === 0 || this.#log.tailOf(origin) !== tail || node.file.backlog > 0) return;
    put(node);
    node.said.clear();
    const expire = this.#time - 2 * HOUR;
    const about = { origin, node: node.name, ack: node.file.acked, isForged: false, isAck: true };
    node.lookTo = this.#log.append({ ...about, events: [], expire });
  }

  /** An operator retires a node that seems gone; it may be away, restored, cloned, or even running. */
  #retire(): void {
    const { tails } = this.#log;
    if (tails.length === 0) return;
    const [origin] = this.#random.one(tails as [[string, number]]);
    this.#log.append({ origin, events: [], isForged: false, isClose: true });
  }

  /** Someone with access to the log publishes a message under another's origin. */
  #forge(): void {
    const [origin] = this.#random.one([...this.#log.tails, [this.#freshOrigin(), 0]] as [[string, number]]);
    const event = forgedEvent(this.#random, this.#log, origin, this.#time);
    this.#log.append({ origin, events: [event], isForged: true });
  }

  #freshOrigin(): string {
    return `o${++this.#made}`;
  }
}
