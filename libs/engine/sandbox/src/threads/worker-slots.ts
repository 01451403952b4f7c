import { FairTurns } from './fair-turns.ts';

/** A worker as the slots see it. */
export interface PooledWorker {
  /** The program that it has, if any: the same program finds it warm. */
  program: object | undefined;
  readonly isUsable: boolean;
  end(): Promise<void>;
}

/** Idle workers and their idle time; nothing here starts or ends a thread. */
interface Slot<W> {
  worker: W;
  /** Who had it last. */
  payer: string;
  idleTimer?: NodeJS.Timeout;
}

/** How many workers there may be, and how they come. */
export interface SlotOptions<W> {
  maxWorkers: number;
  /** Further ones, for payers that have used little of late: they do not wait until others end their turns. Default none. */
  spare?: number;
  /** A worker that had nothing to do for this long, in ms, ends. */
  idleMs: number;
  start(): W;
}

/** Who asks for a worker, and what for. */
export interface Claim {
  program: object;
  /** Whose time it is: workers are shared fairly between payers. */
  payer: string;
  /** Ends the wait with its reason. */
  signal?: AbortSignal | undefined;
}

/** What a turn was like. */
export interface TurnTaken {
  /** The worker has met what it should not outlive, and is replaced. */
  spoiled: boolean;
  /** The processor time that it took. */
  ms: number;
  /** As much of that as it took to put the program in: no sign of much work. */
  openingMs: number;
  /** It had to be ended before its work was done. */
  slow: boolean;
}

interface Waiting<W> extends Claim {
  resolve(worker: W): void;
  reject(error: unknown): void;
}

/**
 * Shares a bounded number of workers: the one that has the program already, an idle one, a new one, or a wait. Who is next
 * is FairTurns' decision; payers whose turns are slow leave one worker to the others, and all leave the spare ones to those that
 * use little.
 */
export class WorkerSlots<W extends PooledWorker> {
  readonly #options: SlotOptions<W>;
  readonly #turns = new FairTurns();
  readonly #idle = new Set<Slot<W>>();
  /** By worker: whose turn it is. */
  readonly #busy = new Map<W, string>();
  #queue: Waiting<W>[] = [];
  /** How many are on their way out. */
  #ending = 0;
  #closed = false;

  constructor(options: SlotOptions<W>) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Takes a worker out; it must be given back. Rejects with PoolClosedError or the signal's reason. */
  take({ program, payer, signal }: Claim): Promise<W> {
    if (this.#closed) return Promise.reject(new PoolClosedError());
    if (signal?.aborted) return Promise.reject(signal.reason);
    const { promise, resolve, reject } = Promise.withResolvers<W>();
    const waiting: Waiting<W> = { program, payer, resolve, reject };
    const leave = (): void => {
      this.#queue = this.#queue.filter((other) => other !== waiting);
      reject(signal?.reason);
    };
    signal?.addEventListener('abort', leave, { once: true });
    this.#queue.push(waiting);
    this.#serve();
    return promise.finally(() => signal?.removeEventListener('abort', leave));
  }

  /** Gives a worker back; one that is spoiled or has ended is replaced. */
  giveBack(worker: W, turn: TurnTaken): void {
    const { spoiled } = turn;
    const payer = this.#busy.get(worker);
    this.#busy.delete(worker);
    if (payer !== undefined) this.#turns.paid(payer, turn, performance.now());
    if (spoiled || !worker.isUsable || this.#closed) this.#end(worker);
    else this.#addIdle(worker, payer ?? '');
    this.#serve();
  }

  /** Ends the idle workers that hold this program. */
  release(program: object): void {
    for (const slot of this.#idle) if (slot.worker.program === program) this.#drop(slot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(new PoolClosedError());
    const workers = [...this.#busy.keys(), ...[...this.#idle].map(({ worker }) => worker)];
    for (const slot of this.#idle) clearTimeout(slot.idleTimer);
    this.#idle.clear();
    await Promise.all(workers.map((worker) => worker.end()));
  }

  #serve(): void {
    const { maxWorkers, spare = 0 } = this.#options;
    while (this.#busy.size + this.#ending < maxWorkers + spare) {
      const able = this.#queue.filter(({ payer }) => this.#mayHave(payer));
      const next = able[able.length > 1 ? this.#turns.choose(able.map(({ payer }) => payer)) : 0];
      if (!next) return;
      this.#queue = this.#queue.filter((other) => other !== next);
      const worker = this.#takeIdle(next.program) ?? this.#options.start();
      this.#busy.set(worker, next.payer);
      next.resolve(worker);
    }
  }

  #mayHave(payer: string): boolean {
    const { maxWorkers } = this.#options;
    if (this.#busy.size + this.#ending >= maxWorkers) return this.#isLight(payer);
    if (maxWorkers === 1 || !this.#turns.isSlow(payer)) return true;
    const slow = [...this.#busy.values()].filter((other) => this.#turns.isSlow(other));
    return slow.length < maxWorkers - 1;
  }

  #takeIdle(program: object): W | undefined {
    const slots = [...this.#idle].filter(({ worker }) => worker.isUsable);
    const { maxWorkers, spare = 0 } = this.#options;
    const full = this.#busy.size + this.#ending + this.#idle.size >= maxWorkers + spare;
    const slot =
      slots.find(({ worker }) => worker.program === program) ??
      slots.find(({ worker }) => worker.program === undefined) ??
      (full ? this.#toDisplace(slots) : undefined);
    if (!slot) return undefined;
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    return slot.worker;
  }

  /** A program has to be put in again where another one was: those that are used often and shortly stay. */
  #toDisplace(slots: readonly Slot<W>[]): Slot<W> | undefined {
    const now = performance.now();
    const used = ({ payer }: Slot<W>): number => this.#turns.usedLately(payer, now);
    return slots.toSorted((one, other) => used(other) - used(one))[0];
  }

  #isLight(payer: string): boolean {
    return this.#turns.isLight(payer, performance.now());
  }

  #addIdle(worker: W, payer: string): void {
    const slot: Slot<W> = { worker, payer };
    slot.idleTimer = setTimeout(() => this.#drop(slot), this.#options.idleMs);
    slot.idleTimer.unref();
    this.#idle.add(slot);
  }

  #drop(slot: Slot<W>): void {
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    this.#end(slot.worker);
  }

  /** Until it is gone a worker has its memory, and its place is not free. */
  #end(worker: W): void {
    this.#ending++;
    const gone = (): void => {
      this.#ending--;
      this.#serve();
    };
    worker.end().then(gone, gone);
  }
}

/** The pool was closed before the work was done; nothing was sent for it, and it can be done again by another pool. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor() {
    super('The script pool is closed; open a new one to run scripts.');
  }
}
