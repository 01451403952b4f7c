import { type EventName, headsText, type Operation, type PeerEvent, textOf } from '../src/merge/event.ts';
import { stampOf } from '../src/merge/stamp.ts';
import type { LoggedOrigin, OwnOrigin, PeerFile, RecordName } from '../src/receive/peer-file.ts';

/** What an application does to a record. */
export interface Change {
  entity: string;
  recordId: string;
  operation: Operation;
  data: string | null;
}

interface Contents {
  position: number;
  origin: string;
  owns: Map<string, OwnOrigin>;
  applied: Map<string, number>;
  tails: Map<string, number>;
  events: Map<string, PeerEvent>;
  heads: Map<string, PeerEvent[]>;
  rows: Map<string, string>;
  history: Map<string, PeerEvent[]>;
}

/** A node's file in memory. Copied, it is what a backup or a clone is. */
export class MemoryFile implements PeerFile {
  #is: Contents;
  /** The log's time in microseconds, as its process believes it. */
  logTime: () => number = () => 0;

  constructor(contents?: Contents) {
    this.#is = contents ?? {
      position: 0,
      origin: '',
      owns: new Map(),
      applied: new Map(),
      tails: new Map(),
      events: new Map(),
      heads: new Map(),
      rows: new Map(),
      history: new Map(),
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
    const names = new Set([...this.#is.applied.keys(), ...this.#is.tails.keys()]);
    return [...names].map((origin) => {
      const own = this.own(origin);
      return {
        origin,
        number: this.loggedTo(origin),
        tail: own?.tail ?? this.#is.tails.get(origin) ?? 0,
        node: null,
      };
    });
  }

  coverOrigin({ origin, number, tail }: LoggedOrigin): void {
    const own = this.own(origin);
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
    for (let next = number + 1; events.length < limit; next++) {
      const event = this.event({ origin, number: next });
      if (!event) break;
      events.push(event);
    }
    return events;
  }

  recordsAfter(last: RecordName | null, limit: number): RecordName[] {
    const after = last && keyOf(last.entity, last.recordId);
    const keys = [...this.#is.heads.keys()].toSorted().filter((key) => after === null || key > after);
    return keys.slice(0, limit).map((key) => {
      const [entity, recordId] = JSON.parse(key) as [string, string];
      return { entity, recordId };
    });
  }

  history(entity: string, recordId: string): PeerEvent[] {
    return this.#is.history.get(keyOf(entity, recordId)) ?? [];
  }

  remember(event: PeerEvent): void {
    if (this.event(event)) return;
    this.#is.events.set(textOf(event), event);
    const { entity, recordId } = event;
    const key = keyOf(entity, recordId);
    const history = this.#is.history.get(key) ?? [];
    history.push(event);
    this.#is.history.set(key, history);
  }

  keep(event: PeerEvent): void {
    this.remember(event);
    this.#is.applied.set(event.origin, event.number);
  }

  forget(name: EventName): void {
    const event = this.event(name);
    if (!event) return;
    const { entity, recordId } = event;
    this.#is.events.delete(textOf(name));
    const rest = this.history(entity, recordId).filter((one) => one !== event);
    this.#is.history.set(keyOf(entity, recordId), rest);
  }

  heads(entity: string, recordId: string): PeerEvent[] {
    return this.#is.heads.get(keyOf(entity, recordId)) ?? [];
  }

  setHeads(entity: string, recordId: string, heads: readonly PeerEvent[]): void {
    this.#is.heads.set(keyOf(entity, recordId), [...heads]);
  }

  openConflicts(entity: string): { number: number; recordId: string }[] {
    const open = [...this.#is.heads.values()].filter((heads) => heads.length > 1).map(([head]) => head);
    return open.flatMap((head) => (head?.entity === entity ? [{ number: 1, recordId: head.recordId }] : []));
  }

  resolutions(heads: readonly PeerEvent[]): PeerEvent[] {
    const [first] = heads;
    if (!first) return [];
    const text = headsText(heads);
    return this.history(first.entity, first.recordId).filter(
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

  /** Each record with its heads and what is shown, to compare files. */
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
