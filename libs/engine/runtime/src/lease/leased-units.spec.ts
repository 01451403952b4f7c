import { describe, expect, it } from '@jest/globals';
import { eventually } from '@nestjs-spark/servers/testing';
import { MemoryLogger } from '@nestjs-spark/testing';
import { LeasedUnits, type Unit } from './leased-units.ts';

class Recorded implements Unit {
  readonly name: string;
  readonly seen: string[] = [];
  settings: string;

  constructor({ name, settings }: Wanted) {
    this.name = name;
    this.settings = settings;
  }

  #held: Promise<void> = Promise.resolve();

  /** Keeps it running after it was ended, like work that waits for a server. */
  stopsAfter(moment: Promise<void>): void {
    this.#held = moment;
  }

  async prepare(): Promise<void> {
    this.seen.push('prepared');
  }

  async run(held: AbortSignal): Promise<void> {
    this.seen.push('runs');
    if (!held.aborted) await new Promise((resolve) => held.addEventListener('abort', resolve));
    await this.#held;
    this.seen.push('stopped');
  }

  withoutLease(because: string | null): void {
    this.seen.push(`lease: ${because}`);
  }
}

interface Wanted {
  name: string;
  settings: string;
}

/** Every lease is held at once; `told` lists the leases that were asked for. */
function units(told: string[] = []): LeasedUnits<Recorded> {
  const whileHeld = async (
    name: string,
    signal: AbortSignal,
    work: (held: AbortSignal) => Promise<void>,
    trouble?: (because: string | null) => void,
  ): Promise<void> => {
    told.push(name);
    trouble?.(null);
    await work(signal);
  };
  return new LeasedUnits({
    leases: { whileHeld },
    logger: new MemoryLogger(),
    leaseOf: (name) => `test.${name}`,
  });
}

function assign(
  all: LeasedUnits<Recorded>,
  wanted: Wanted[],
  isMine: (unit: Recorded) => boolean = () => true,
): void {
  all.assign(wanted, {
    nameOf: ({ name }) => name,
    isMine,
    make: (one) => new Recorded(one),
    update: (unit, { settings }) => (unit.settings = settings),
  });
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('leased units', () => {
  it('are prepared before they ask for their lease, and work while they hold it', async () => {
    const told: string[] = [];
    const all = units(told);
    assign(all, [{ name: 'cars', settings: 'a' }]);
    await settled();
    expect(told).toEqual(['test.cars']);
    expect(all.get('cars')?.seen).toEqual(['prepared', 'lease: null', 'runs']);
    await all.endAll();
  });

  it('that are wanted again are updated and not started twice, whatever the case of their name', async () => {
    const all = units();
    assign(all, [{ name: 'cars', settings: 'a' }]);
    const first = all.get('cars');
    assign(all, [{ name: 'Cars', settings: 'b' }]);
    expect(all.all()).toEqual([first]);
    expect(first?.settings).toBe('b');
    await all.endAll();
  });

  it('that are not wanted any more end; those that the assignment does not speak for stay', async () => {
    const all = units();
    assign(all, [
      { name: 'cars', settings: 'mine' },
      { name: 'people', settings: 'other' },
    ]);
    await settled();
    const ended = all.get('cars');
    assign(all, [], ({ settings }) => settings === 'mine');
    await settled();
    expect(ended?.seen.at(-1)).toBe('stopped');
    expect(all.all().map(({ name }) => name)).toEqual(['people']);
    await all.endAll();
  });

  it('have stopped when their end has been waited for', async () => {
    const all = units();
    assign(all, [{ name: 'cars', settings: 'a' }]);
    await settled();
    const unit = all.get('cars');
    await all.end('CARS');
    expect(unit?.seen.at(-1)).toBe('stopped');
    expect(all.get('cars')).toBeUndefined();
    await all.end('cars');
  });

  it('that are wanted again while they stop begin only when they have stopped', async () => {
    const all = units();
    assign(all, [{ name: 'cars', settings: 'a' }]);
    await settled();
    const first = all.get('cars');
    const stopped = Promise.withResolvers<void>();
    first?.stopsAfter(stopped.promise);
    assign(all, []);
    assign(all, [{ name: 'Cars', settings: 'b' }]);
    const second = all.get('cars');
    await settled();
    expect([first?.seen.at(-1), second?.seen]).toEqual(['runs', []]);
    stopped.resolve();
    await eventually(() => expect(second?.seen).toContain('runs'));
    expect(first?.seen.at(-1)).toBe('stopped');
    await all.endAll();
  });

  it('have all stopped when everything was ended, those that nobody waited for as well', async () => {
    const all = units();
    assign(all, [{ name: 'cars', settings: 'a' }]);
    await settled();
    const unit = all.get('cars');
    unit?.stopsAfter(settled());
    assign(all, []);
    await all.endAll();
    expect(unit?.seen.at(-1)).toBe('stopped');
  });

  it('whose lease cannot be asked for are retried, which is logged once, and work as soon as it can be', async () => {
    const logger = new MemoryLogger();
    let failures = 2;
    const all = new LeasedUnits<Recorded>({
      leases: {
        whileHeld: async (_name, signal, work) => {
          if (failures-- > 0) throw new Error('no bucket');
          await work(signal);
        },
      },
      logger,
      leaseOf: (name) => `test.${name}`,
      retry: { waitMs: 1 },
    });
    assign(all, [{ name: 'cars', settings: 'a' }]);
    const unit = all.get('cars');
    await eventually(() => expect(unit?.seen).toContain('runs'));
    expect(logger.said('error')).toEqual(['test.cars failed and is retried: no bucket']);
    await all.endAll();
    expect(unit?.seen.at(-1)).toBe('stopped');
  });

  it('that find nothing to do give their lease away and look again, until they are ended', async () => {
    let held = 0;
    let looks = 0;
    const all = new LeasedUnits<Unit>({
      leases: {
        whileHeld: async (_name, signal, work) => {
          held++;
          await work(signal).finally(() => held--);
        },
      },
      logger: new MemoryLogger(),
      leaseOf: (name) => `test.${name}`,
      idleMs: 1,
    });
    const unit: Unit = { run: async () => void looks++, withoutLease: () => undefined };
    const wanted = { nameOf: () => 'cars', isMine: () => true, make: () => unit, update: () => undefined };
    all.assign(['cars'], wanted);
    await eventually(() => expect(looks).toBeGreaterThan(2));
    await eventually(() => expect(held).toBe(0));
    await all.endAll();
    const before = looks;
    await settled();
    expect(looks).toBe(before);
  });
});
