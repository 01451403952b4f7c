import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  taskSubject,
  type ChangeLog,
  type ChangePage,
  type FeedQuery,
} from '@nestjs-spark/contracts/internal';
import {
  MemoryBoard,
  MemoryKeys,
  MemoryLeases,
  MemoryLog,
  MemorySink,
  MemorySource,
  MemoryState,
} from '@nestjs-spark/testing';
import { alterScripts, plainScripts } from '../../testing/plain-scripts.ts';
import { QUICK, SILENT } from '../../testing/simulation.ts';
import { until } from '../../testing/until.ts';
import type { CaptureTask } from '../task/tasks.ts';
import { ApplySupervisor } from './apply-supervisor.ts';
import { CaptureSupervisor } from './capture-supervisor.ts';

const CARS = 600;
const PAGE = 100;
/** The witness is not raised during a test, however slow the machine: each raise ends what is shared. */
const PACE = { ...QUICK, witnessMs: 60_000, idleMs: 10, fullLogMs: 10 };

class CountedSource extends MemorySource {
  documentsRead = 0;

  override async read(query: FeedQuery): Promise<ChangePage> {
    const page = await super.read({ ...query, limit: PAGE });
    this.documentsRead += page.changes.length;
    return page;
  }
}

/** One owner with several requesters, each with a log and a database of its own. */
class Owner {
  readonly source = new CountedSource();
  runs = 0;
  readonly #control = new MemoryBoard();
  readonly #leases = new MemoryLeases();
  readonly #keys = new MemoryKeys();
  readonly #logs = new Map<string, MemoryLog>();
  readonly #log: ChangeLog = {
    provision: async () => {},
    open: ({ subject }) => this.#logs.get(subject) ?? new MemoryLog(),
  };
  readonly #tasks = new Map<string, CaptureTask>();
  readonly #capture: CaptureSupervisor;
  readonly #requesters = new Map<string, { sink: MemorySink; apply: ApplySupervisor }>();

  constructor() {
    const { source } = this;
    this.#capture = new CaptureSupervisor({
      owner: 'Fleet',
      source,
      log: this.#log,
      control: this.#control,
      leases: this.#leases,
      directory: { read: async ({ requester }) => this.#tasks.get(requester) ?? null },
      scripts: alterScripts(plainScripts, (runner) => ({
        transform: (inputs, ...rest) => {
          this.runs += inputs.length;
          return runner.transform(inputs, ...rest);
        },
      })),
      state: new MemoryState(),
      signer: this.#keys.signerOf('Fleet'),
      verifier: this.#keys,
      logger: SILENT,
      pace: PACE,
    });
  }

  /** @param sets how many the log takes before it is full */
  add(requester: string, script = 'v1', sets = Infinity): void {
    const key = { owner: 'Fleet', requester, name: 'Cars' };
    this.#logs.set(taskSubject(key), new MemoryLog(sets));
    const task = { key, collection: 'Cars', script, fingerprint: script, generation: 1, loadable: [] };
    this.#tasks.set(requester, task);
  }

  /** All owner's sides at once. */
  begin(): void {
    for (const [requester, task] of this.#tasks) this.#capture.assign(requester, [task]);
  }

  /** Ends the owner's side of one. */
  end(requester: string): void {
    this.#capture.assign(requester, []);
  }

  receive(requester: string): void {
    const { source } = this;
    const task = this.#tasks.get(requester);
    if (!task) throw new Error(`no requester ${requester}`);
    const sink = new MemorySink();
    const apply = new ApplySupervisor({
      sink,
      state: new MemoryState(),
      log: this.#log,
      control: this.#control,
      leases: this.#leases,
      source: {
        ask: async () => {
          const { databaseId, lastEtag } = await source.identify('');
          return { sourceEtag: lastEtag, databaseId };
        },
        sendAgain: async () => {},
      },
      verifier: this.#keys,
      logger: SILENT,
      pace: PACE,
    });
    this.#requesters.set(requester, { sink, apply });
    const { key, collection, fingerprint } = task;
    apply.assign('Fleet', [{ key, collection, fingerprint }]);
  }

  /** Until a requester has every document, as its own script makes it. */
  async whole(requester: string): Promise<void> {
    const tag = this.#tasks.get(requester)?.script;
    const cars = this.source.documents();
    const copies = this.#requesters.get(requester)?.sink.documents;
    const isThere = () =>
      copies?.size === cars.length &&
      [...copies.values()].every(({ fields }) => fields['Tag'] === tag && fields['N'] !== undefined);
    await until(isThere, () => `${requester} has ${copies?.size} of ${cars.length}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#requesters.values()].map(({ apply }) => apply.stop()));
    await this.#capture.stop();
  }
}

describe('An owner with several requesters', () => {
  let owner: Owner;
  beforeEach(() => {
    owner = new Owner();
    for (let n = 1; n <= CARS; n++) owner.source.put(`cars/${n}`, { N: n });
  });
  afterEach(() => owner.stop());

  it('reads its documents and runs a script for a part of what it delivers', async () => {
    const names = ['HR', 'Sales', 'Shop', 'Tax', 'Audit'];
    for (const name of names) owner.add(name);
    owner.begin();
    for (const name of names) owner.receive(name);
    for (const name of names) await owner.whole(name);
    const delivered = names.length * CARS;
    expect(owner.source.documentsRead).toBeLessThan(delivered * 0.7);
    expect(owner.runs).toBeLessThan(delivered * 0.7);
  });

  it('has none of them wait for one that is slow, was killed, or has another script; each gets what its own script makes', async () => {
    owner.add('HR');
    owner.add('Sales');
    owner.add('Other', 'v2');
    owner.add('Slow', 'v1', 3);
    owner.add('Killed');
    owner.begin();
    for (const name of ['HR', 'Sales', 'Other']) owner.receive(name);
    owner.end('Killed');
    for (const name of ['HR', 'Sales', 'Other']) await owner.whole(name);
    owner.source.put('cars/1', { N: 'changed' });
    for (const name of ['HR', 'Sales', 'Other']) await owner.whole(name);
    owner.begin();
    for (const name of ['Slow', 'Killed']) owner.receive(name);
    for (const name of ['Slow', 'Killed']) await owner.whole(name);
  });
});
