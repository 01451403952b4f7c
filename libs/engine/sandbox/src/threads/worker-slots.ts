import { FairTurns } from './fair-turns.ts';

/** How many of the pool's places a worker takes, because of its memory. */
const PLACES_OF: Readonly<Record<WorkerSize, number>> = { small: 1, large: 2 };
/** For how long a program that was loaded keeps its worker where it has work, in ms: loading one takes about 10. */
const WORTH_LOADING_MS = 100;
/** A large worker keeps the memory it grew to until it ends. */
const LARGE_IDLE_MS = 1_000;

/** A small worker has less memory. A program that does not fit continues in the large one. */
export type WorkerSize = 'small' | 'large';

/** A worker as the slots see it. */
export interface PooledWorker {
  readonly size: WorkerSize;
  /** The program it has loaded, if any: running the same program again needs no loading. */
  program: object | undefined;
  readonly isUsable: boolean;
  end(): Promise<void>;
}

/** Idle workers and their idle time; this class neither starts nor terminates threads. */
interface Slot<W> {
  worker: W;
  /** Its last payer. */
  payer: string;
  idleTimer?: NodeJS.Timeout;
}

/** How many workers there may be, and how they are started. */
export interface SlotOptions<W> {
  maxWorkers: number;
  /** Further ones, for payers that have recently used little: they do not wait until others end their turns. Default none. */
  spare?: number;
  /** Idle time after which a worker ends, in ms. */
  idleMs: number;
  start(size: WorkerSize): W;
}

/** Who asks for a worker, and for what. */
export interface Claim {
  program: object;
  /** Who is charged: workers are shared fairly between payers. */
  payer: string;
  /** Aborts the wait with its reason. */
  signal?: AbortSignal | undefined;
}

/** The outcome of a turn. */
export interface TurnTaken {
  /** The worker may be corrupted, and is replaced. */
  spoiled: boolean;
  /** CPU time used. */
  ms: number;
  /** The part spent on loading the program, which does not indicate a heavy user. */
  openingMs: number;
  /** It had to be terminated before its work was done. */
  slow: boolean;
  /** It used, or requested, more memory than a small worker has: the program continues in the large one. */
  large?: boolean;
}

interface Waiting<W> extends Claim {
  resolve(worker: W): void;
  reject(error: unknown): void;
}

/**
 * Shares a limited number of workers: the one that already has the program, an idle one, a new one, or a wait. FairTurns decides who is
 * next, once a loaded program has run for long enough to be worth it. Payers with slow turns leave one worker to the others, and spare
 * ones are reserved for light users. Programs that need much memory take turns in one large worker, so that together they never hold
 * more than that one; with fewer than three places every worker is a large one.
 */
export class WorkerSlots<W extends PooledWorker> {
  readonly #options: SlotOptions<W>;
  readonly #turns = new FairTurns();
  readonly #idle = new Set<Slot<W>>();
  /** By worker: the claim being served. */
  readonly #busy = new Map<W, Claim>();
  /** Workers being terminated. */
  readonly #ending = new Set<W>();
  /** By worker: its program, and for how long that has run since it was loaded. */
  readonly #loaded = new WeakMap<W, { program: object; ms: number }>();
  /** Programs that need much memory. */
  readonly #large = new WeakSet<object>();
  readonly #places: number;
  #queue: Waiting<W>[] = [];
  #closed = false;

  constructor(options: SlotOptions<W>) {
    this.#options = options;
    this.#places = options.maxWorkers + (options.spare ?? 0);
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Takes a worker, which must be given back. Rejects with PoolClosedError or the signal's reason. */
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
    const claim = this.#busy.get(worker);
    this.#busy.delete(worker);
    if (claim && turn.large) this.#large.add(claim.program);
    if (claim) this.#turns.paid(claim.payer, turn, performance.now());
    if (claim) this.#ran(worker, claim.program, turn);
    const hasGrown = turn.large === true && worker.size === 'small';
    if (turn.spoiled || hasGrown || !worker.isUsable || this.#closed) this.#end(worker);
    else this.#addIdle(worker, claim?.payer ?? '');
    this.#serve();
  }

  /** Ends the idle workers that have this program loaded. */
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
    while (this.#busy.size + this.#ending.size < this.#places) {
      const able = this.#queue.filter((claim) => this.#mayHave(claim));
      const next = able.find((claim) => this.#continues(claim)) ?? this.#fairest(able);
      const worker = next && (this.#takeIdle(next) ?? this.#startFor(next));
      if (!worker) return;
      this.#queue = this.#queue.filter((other) => other !== next);
      this.#busy.set(worker, next);
      next.resolve(worker);
    }
  }

  #fairest(able: readonly Waiting<W>[]): Waiting<W> | undefined {
    return able[able.length > 1 ? this.#turns.choose(able.map(({ payer }) => payer)) : 0];
  }

  /** Its program has just been loaded: others have their turn soon. */
  #continues({ program }: Claim): boolean {
    return [...this.#idle].some(({ worker }) => {
      const loaded = this.#loaded.get(worker);
      return worker.program === program && loaded?.program === program && loaded.ms < WORTH_LOADING_MS;
    });
  }

  #ran(worker: W, program: object, { ms, openingMs }: TurnTaken): void {
    const loaded = this.#loaded.get(worker);
    const before = loaded?.program === program ? loaded.ms : 0;
    this.#loaded.set(worker, { program, ms: before + ms - openingMs });
  }

  #mayHave({ payer, program }: Claim): boolean {
    const { maxWorkers } = this.#options;
    if (this.#hasSizes && this.#sizeFor(program) === 'large' && this.#isLargeOut()) return false;
    if (this.#busy.size + this.#ending.size >= maxWorkers) return this.#isLight(payer);
    if (maxWorkers === 1 || !this.#turns.isSlow(payer)) return true;
    const slow = [...this.#busy.values()].filter((other) => this.#turns.isSlow(other.payer));
    return slow.length < maxWorkers - 1;
  }

  get #hasSizes(): boolean {
    return this.#places > PLACES_OF.large;
  }

  #sizeFor(program: object): WorkerSize {
    return !this.#hasSizes || this.#large.has(program) ? 'large' : 'small';
  }

  #isLargeOut(): boolean {
    return [...this.#busy.keys(), ...this.#ending].some(({ size }) => size === 'large');
  }

  #takeIdle({ program }: Claim): W | undefined {
    const size = this.#sizeFor(program);
    const slots = [...this.#idle].filter(({ worker }) => worker.isUsable && worker.size === size);
    const slot =
      slots.find(({ worker }) => worker.program === program) ??
      slots.find(({ worker }) => worker.program === undefined) ??
      (this.#hasRoomFor(size, this.#ending) ? undefined : this.#toDisplace(slots));
    if (!slot) return undefined;
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    return slot.worker;
  }

  /** @returns undefined until the workers that have to make room are gone */
  #startFor({ program }: Claim): W | undefined {
    const size = this.#sizeFor(program);
    while (!this.#hasRoomFor(size)) {
      const idle = this.#toDisplace([...this.#idle]);
      if (!idle) break;
      this.#drop(idle);
    }
    const mustWait = this.#ending.size > 0 && !this.#hasRoomFor(size, this.#ending);
    return mustWait ? undefined : this.#options.start(size);
  }

  /** Room beside the workers that stay, and `others`. */
  #hasRoomFor(size: WorkerSize, others: Iterable<W> = []): boolean {
    const idle = [...this.#idle].map(({ worker }) => worker);
    const held = [...this.#busy.keys(), ...idle, ...others];
    const places = held.reduce((sum, worker) => sum + this.#placesOf(worker.size), 0);
    return places + this.#placesOf(size) <= this.#places;
  }

  #placesOf(size: WorkerSize): number {
    return this.#hasSizes ? PLACES_OF[size] : 1;
  }

  /** A displaced program has to be loaded again, so those run often but briefly stay. */
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
    const { idleMs } = this.#options;
    const isLarge = this.#hasSizes && worker.size === 'large';
    slot.idleTimer = setTimeout(() => this.#drop(slot), isLarge ? Math.min(idleMs, LARGE_IDLE_MS) : idleMs);
    slot.idleTimer.unref();
    this.#idle.add(slot);
  }

  #drop(slot: Slot<W>): void {
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    this.#end(slot.worker);
  }

  /** Until it is gone, a worker occupies its memory and its place. */
  #end(worker: W): void {
    this.#ending.add(worker);
    const gone = (): void => {
      this.#ending.delete(worker);
      this.#serve();
    };
    worker.end().then(gone, gone);
  }
}

/** The pool was closed before the work was done; nothing was sent for it, and another pool can do it again. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor() {
    super('The script pool is closed; open a new one to run scripts.');
  }
}
