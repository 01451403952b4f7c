import { type EventName, headsText, type Operation, type PeerEvent, textOf } from '../src/merge/event.ts';
import { stampOf } from '../src/merge/stamp.ts';
import type {
  LoggedOrigin,
  Member,
  OwnOrigin,
  PeerFile,
  RecordName,
  ShownEvents,
  TakenRange,
} from '../src/receive/peer-file.ts';

/** A change that an application makes to a record. */
export interface Change {
  entity: string;
  recordId: string;
  operation: Operation;
  data: string | null;
}

interface Contents {
  position: number;
  horizon: number;
  news: number;
  origin: string;
  owns: Map<string, OwnOrigin>;
  applied: Map<string, number>;
  tails: Map<string, number>;
  events: Map<string, PeerEvent>;
  heads: Map<string, PeerEvent[]>;
  rows: Map<string, string>;
  history: Map<string, PeerEvent[]>;
  acks: Map<string, number>;
  stables: Map<string, number>;
  closes: Map<string, number>;
  /** The node of each origin, in the order in which they were heard of. */
  nodes: Map<string, string>;
  /** The order in which events were taken. */
  taken: Map<string, number>;
  lastTaken: number;
  /** Events kept for display only. */
  past: Set<string>;
}

/** A node's file in memory. A copy of it acts as a backup or a clone. */
export class MemoryFile implements PeerFile {
  #is: Contents;
  /** The log's time in microseconds, as its process believes it to be. */
  logTime: () => number = () => 0;

  constructor(contents?: Contents) {
    this.#is = contents ?? {
      position: 0,
      horizon: 0,
      news: 0,
      origin: '',
      owns: new Map(),
      applied: new Map(),
      tails: new Map(),
      events: new Map(),
      heads: new Map(),
      rows: new Map(),
      history: new Map(),
      acks: new Map(),
      stables: new Map(),
      closes: new Map(),
      nodes: new Map(),
      taken: new Map(),
      lastTaken: 0,
      past: new Set(),
    };
  }

  copy(): MemoryFile {
    return new MemoryFile(structuredClone(this.#is));
  }

  get position(): number {
    return this.#is.position;
  }

  set position(position: number) {
    this.#is.position = position;
  }

  get horizon(): number {
    return this.#is.horizon;
  }

  set horizon(stamp: number) {
    this.#is.horizon = stamp;
  }

  get current(): string {
    return this.#is.origin;
  }

  get acked(): number {
    return Math.max(0, ...this.ownOrigins().map((origin) => this.#is.acks.get(origin) ?? 0));
  }

  get backlog(): number {
    return [...this.#is.owns.values()].reduce((sum, own) => sum + own.written - own.confirmed, 0);
  }

  members(): Member[] {
    const latest = new Map([...this.#is.nodes].map(([origin, node]) => [node, origin]));
    return [...latest.values()].map((origin) => ({
      joined: 0,
      acked: this.#is.acks.get(origin) ?? 0,
      closed: this.#is.closes.get(origin) ?? null,
    }));
  }

  nameNode(origin: string, node: string): void {
    this.#is.nodes.set(origin, node);
  }

  noteAck(origin: string, ack: number): void {
    this.#is.acks.set(origin, Math.max(ack, this.#is.acks.get(origin) ?? 0));
  }

  noteClosed(origin: string, sequence: number): void {
    this.#is.closes.set(origin, sequence);
  }

  ownOrigins(): string[] {
    return [...this.#is.owns.keys()];
  }

  stableOf(origin: string): number {
    return this.#is.stables.get(origin) ?? 0;
  }

  noteStable(origin: string, number: number): void {
    this.#is.stables.set(origin, Math.max(number, this.stableOf(origin)));
  }

  settledTo(): number {
    const open = [...this.#is.owns].flatMap(([origin, { confirmed }]) => {
      const [next] = this.eventsAfter(origin, confirmed, 1);
      return next ? [this.#takenAs(next) - 1] : [];
    });
    return Math.min(this.#is.lastTaken, ...open);
  }

  get news(): number {
    return this.#is.news;
  }

  set news(sequence: number) {
    this.#is.news = sequence;
  }

  own(origin: string): OwnOrigin | null {
    return this.#is.owns.get(origin) ?? null;
  }

  setOwn(origin: string, own: OwnOrigin): void {
    this.#is.owns.set(origin, own);
    this.#is.applied.set(origin, own.written);
  }

  unconfirmedOrigins(): string[] {
    return [...this.#is.owns].filter(([, own]) => own.written > own.confirmed).map(([origin]) => origin);
  }

  loggedOrigins(): LoggedOrigin[] {
    // As a file lists them: those of a node in the order in which they were heard of.
    const { nodes, applied, tails } = this.#is;
    const names = new Set([...nodes.keys(), ...applied.keys(), ...tails.keys()]);
    return [...names].map((origin) => {
      const own = this.own(origin);
      return {
        origin,
        number: this.loggedTo(origin),
        tail: own?.tail ?? this.#is.tails.get(origin) ?? 0,
        node: this.#is.nodes.get(origin) ?? null,
        ack: this.#is.acks.get(origin) ?? 0,
        closed: this.#is.closes.get(origin) ?? null,
      };
    });
  }

  coverOrigin({ origin, number, tail, node, ack = 0, closed = null }: LoggedOrigin): void {
    const own = this.own(origin);
    if (node !== null) this.nameNode(origin, node);
    this.noteAck(origin, ack);
    if (closed !== null) this.noteClosed(origin, closed);
    if (own) {
      const { written, confirmed } = own;
      this.setOwn(origin, {
        written: Math.max(written, number),
        confirmed: Math.max(confirmed, number),
        tail: Math.max(own.tail, tail),
      });
    } else {
      this.#is.applied.set(origin, Math.max(this.appliedTo(origin), number));
      this.noteTail(origin, tail);
    }
  }

  noteTail(origin: string, sequence: number): void {
    const own = this.own(origin);
    if (own) this.setOwn(origin, { ...own, tail: sequence });
    else this.#is.tails.set(origin, sequence);
  }

  takeOrigin(origin: string): void {
    this.#is.origin = origin;
    this.setOwn(origin, { written: 0, confirmed: 0, tail: 0 });
  }

  noteLife(): void {}

  appliedTo(origin: string): number {
    return this.#is.applied.get(origin) ?? 0;
  }

  loggedTo(origin: string): number {
    return this.own(origin)?.confirmed ?? this.appliedTo(origin);
  }

  mayLack(): boolean {
    return false;
  }

  event(name: EventName): PeerEvent | null {
    return this.#is.events.get(textOf(name)) ?? null;
  }

  eventsAfter(origin: string, number: number, limit: number): PeerEvent[] {
    const events: PeerEvent[] = [];
    for (let next = number + 1; next <= this.appliedTo(origin) && events.length < limit; next++) {
      const event = this.event({ origin, number: next });
      if (event) events.push(event);
    }
    return events;
  }

  recordsAfter(last: RecordName | null, limit: number, to: RecordName | null = null): RecordName[] {
    const after = last && keyOf(last.entity, last.recordId);
    const end = to && keyOf(to.entity, to.recordId);
    const isIn = (key: string) => (after === null || key > after) && (end === null || key <= end);
    const keys = [...this.#is.heads.keys()].toSorted().filter(isIn);
    return keys.slice(0, limit).map((key) => {
      const [entity, recordId] = JSON.parse(key) as [string, string];
      return { entity, recordId };
    });
  }

  deletedBefore(stamp: number): RecordName[] {
    const deletes = [...this.#is.events.values()].filter(
      (event) =>
        event.operation === 'DELETE' &&
        event.resolverVersion === null &&
        event.hlc < stamp &&
        !this.#is.past.has(textOf(event)),
    );
    const keys = new Set(deletes.map(({ entity, recordId }) => keyOf(entity, recordId)));
    return [...keys].map((key) => {
      const [entity, recordId] = JSON.parse(key) as [string, string];
      return { entity, recordId };
    });
  }

  retract(heads: readonly PeerEvent[]): void {
    const [first] = heads;
    if (!first) return;
    const { entity, recordId } = first;
    const event = this.#number(entity, recordId, 'DELETE', null, heads, null);
    this.setHeads(entity, recordId, [event]);
    this.show(entity, recordId, null);
  }

  setAside(): void {}

  history(entity: string, recordId: string): PeerEvent[] {
    const all = this.historyTo(entity, recordId, Infinity);
    return this.#is.past.size === 0 ? all : all.filter((event) => !this.#is.past.has(textOf(event)));
  }

  historyTo(entity: string, recordId: string, to: number): PeerEvent[] {
    const all = this.#is.history.get(keyOf(entity, recordId)) ?? [];
    return to === Infinity ? all : all.filter((event) => this.#takenAs(event) <= to);
  }

  recordsTaken({ after, to, limit }: TakenRange): { records: RecordName[]; last: number | null } {
    const events: PeerEvent[] = [];
    for (const [name, taken] of this.#is.taken) {
      const event = taken > after && taken <= to ? this.#is.events.get(name) : undefined;
      if (event) events.push(event);
      if (events.length === limit) break;
    }
    const keys = new Set(events.map(({ entity, recordId }) => keyOf(entity, recordId)));
    const records = [...keys].map((key) => {
      const [entity, recordId] = JSON.parse(key) as [string, string];
      return { entity, recordId };
    });
    const end = events.at(-1);
    return { records, last: end && events.length === limit ? this.#takenAs(end) : null };
  }

  shownEvents(): ShownEvents {
    return { names: new Set(), heads: new Set() };
  }

  setPast(name: EventName): void {
    this.#is.past.add(textOf(name));
  }

  drop(name: EventName): void {
    this.forget(name);
  }

  #takenAs(name: EventName): number {
    return this.#is.taken.get(textOf(name)) ?? 0;
  }

  remember(event: PeerEvent): void {
    if (this.event(event)) return;
    this.#is.events.set(textOf(event), event);
    this.#is.taken.set(textOf(event), ++this.#is.lastTaken);
    const { entity, recordId } = event;
    const key = keyOf(entity, recordId);
    const history = this.#is.history.get(key) ?? [];
    history.push(event);
    this.#is.history.set(key, history);
  }

  keep(event: PeerEvent): void {
    this.remember(event);
    this.noteApplied(event);
  }

  succeed(event: PeerEvent): boolean {
    if (this.event(event)) return false;
    const { entity, recordId, data } = event;
    this.remember(event);
    this.setHeads(entity, recordId, [event]);
    this.show(entity, recordId, data);
    return true;
  }

  noteApplied({ origin, number }: EventName): void {
    this.#is.applied.set(origin, number);
  }

  forget(name: EventName): void {
    const event = this.event(name);
    if (!event) return;
    const { entity, recordId } = event;
    this.#is.events.delete(textOf(name));
    this.#is.taken.delete(textOf(name));
    const rest = this.historyTo(entity, recordId, Infinity).filter((one) => one !== event);
    this.#is.history.set(keyOf(entity, recordId), rest);
  }

  headsBetween(after: RecordName | null, to: RecordName): PeerEvent[] {
    return this.recordsAfter(after, Infinity, to).flatMap(({ entity, recordId }) =>
      this.heads(entity, recordId),
    );
  }

  fill(events: readonly PeerEvent[]): PeerEvent[] {
    return events.filter(
      (event) => this.heads(event.entity, event.recordId).length > 0 || !this.succeed(event),
    );
  }

  showLatest(): void {}

  heads(entity: string, recordId: string): PeerEvent[] {
    return this.#is.heads.get(keyOf(entity, recordId)) ?? [];
  }

  setHeads(entity: string, recordId: string, heads: readonly PeerEvent[]): void {
    for (const head of heads) this.#is.past.delete(textOf(head));
    if (heads.length === 0) this.#is.heads.delete(keyOf(entity, recordId));
    else this.#is.heads.set(keyOf(entity, recordId), [...heads]);
  }

  openConflicts(entity: string): { number: number; recordId: string }[] {
    const open = [...this.#is.heads.values()].filter((heads) => heads.length > 1).map(([head]) => head);
    return open.flatMap((head) => (head?.entity === entity ? [{ number: 1, recordId: head.recordId }] : []));
  }

  resolutions(heads: readonly PeerEvent[]): PeerEvent[] {
    const [first] = heads;
    if (!first) return [];
    const text = headsText(heads);
    return this.historyTo(first.entity, first.recordId, Infinity).filter(
      ({ resolverVersion, sees }) => resolverVersion !== null && headsText(sees) === text,
    );
  }

  show(entity: string, recordId: string, data: string | null): void {
    if (data === null) this.#is.rows.delete(keyOf(entity, recordId));
    else this.#is.rows.set(keyOf(entity, recordId), data);
  }

  shown(entity: string, recordId: string): string | null {
    return this.#is.rows.get(keyOf(entity, recordId)) ?? null;
  }

  /** The rows of a collection. */
  records(entity: string): { recordId: string; data: string }[] {
    return [...this.#is.rows].flatMap(([key, data]) => {
      const [of, recordId] = JSON.parse(key) as [string, string];
      return of === entity ? [{ recordId, data }] : [];
    });
  }

  write({ entity, recordId, operation, data }: Change): PeerEvent {
    const event = this.#number(entity, recordId, operation, data, this.heads(entity, recordId), null);
    this.setHeads(entity, recordId, [event]);
    this.show(entity, recordId, data);
    return event;
  }

  propose(heads: readonly PeerEvent[], content: string | null, version: number): void {
    const [first] = heads;
    if (!first) return;
    const operation = content === null ? 'DELETE' : 'UPDATE';
    this.#number(first.entity, first.recordId, operation, content, heads, version);
  }

  /** Each record with its heads and its shown content, for comparing files. */
  state(): string[] {
    const records = [...this.#is.heads].map(([key, heads]) => [
      key,
      headsText(heads),
      this.#is.rows.get(key) ?? null,
    ]);
    return records.map((record) => JSON.stringify(record)).toSorted();
  }

  #number(
    entity: string,
    recordId: string,
    operation: Operation,
    data: string | null,
    heads: readonly PeerEvent[],
    resolverVersion: number | null,
  ): PeerEvent {
    const { origin } = this.#is;
    const own = this.#is.owns.get(origin) ?? { written: 0, confirmed: 0, tail: 0 };
    const event: PeerEvent = {
      origin,
      number: own.written + 1,
      hlc: stampOf(this.logTime(), heads),
      entity,
      recordId,
      operation,
      data,
      timestamp: 0,
      sees: heads.map(({ origin: seen, number }) => ({ origin: seen, number })),
      resolverVersion,
      tx: own.written + 1,
    };
    this.keep(event);
    this.setOwn(origin, { ...own, written: event.number });
    return event;
  }
}

function keyOf(entity: string, recordId: string): string {
  return JSON.stringify([entity, recordId]);
}
