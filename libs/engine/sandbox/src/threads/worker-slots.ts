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
  idleTimer?: NodeJS.Timeout;
}

/** How many workers there may be, and how they come. */
export interface SlotOptions<W> {
  maxWorkers: number;
  /** A worker that had nothing to do for this long, in ms, ends. */
  idleMs: number;
  start(): W;
}

/** Shares a bounded number of workers: the one that has the program already, an idle one, a new one, or a wait. */
export class WorkerSlots<W extends PooledWorker> {
  readonly #options: SlotOptions<W>;
  readonly #idle = new Set<Slot<W>>();
  readonly #busy = new Set<W>();
  readonly #queue: { program: object; resolve(worker: W): void; reject(error: Error): void }[] = [];
  #closed = false;

  constructor(options: SlotOptions<W>) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Takes a worker out; it must be given back. */
  take(program: object): Promise<W> {
    if (this.#closed) return Promise.reject(new PoolClosedError());
    const worker =
      this.#takeIdle(program) ??
      (this.#busy.size < this.#options.maxWorkers ? this.#options.start() : undefined);
    if (!worker) {
      return new Promise((resolve, reject) => this.#queue.push({ program, resolve, reject }));
    }
    this.#busy.add(worker);
    return Promise.resolve(worker);
  }

  /** Gives a worker back; one that is spoiled or has ended is replaced. */
  giveBack(worker: W, spoiled: boolean): void {
    this.#busy.delete(worker);
    if (spoiled || !worker.isUsable || this.#closed) void worker.end();
    else this.#addIdle(worker);
    const next = this.#queue.shift();
    if (next) this.take(next.program).then(next.resolve, next.reject);
  }

  /** Ends the idle workers that hold this program. */
  release(program: object): void {
    for (const slot of this.#idle) if (slot.worker.program === program) this.#drop(slot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(new PoolClosedError());
    const workers = [...this.#busy, ...[...this.#idle].map(({ worker }) => worker)];
    for (const slot of this.#idle) clearTimeout(slot.idleTimer);
    this.#idle.clear();
    await Promise.all(workers.map((worker) => worker.end()));
  }

  #takeIdle(program: object): W | undefined {
    const slots = [...this.#idle].filter(({ worker }) => worker.isUsable);
    const own = slots.find(({ worker }) => worker.program === program);
    const full = this.#busy.size + this.#idle.size >= this.#options.maxWorkers;
    const slot =
      own ?? slots.find(({ worker }) => worker.program === undefined) ?? (full ? slots[0] : undefined);
    if (!slot) return undefined;
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    return slot.worker;
  }

  #addIdle(worker: W): void {
    const slot: Slot<W> = { worker };
    slot.idleTimer = setTimeout(() => this.#drop(slot), this.#options.idleMs);
    slot.idleTimer.unref();
    this.#idle.add(slot);
  }

  #drop(slot: Slot<W>): void {
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    void slot.worker.end();
  }
}

/** The pool was closed before the work was done; nothing was sent for it, and it can be done again by another pool. */
export class PoolClosedError extends Error {
  override readonly name = 'PoolClosedError';
  constructor() {
    super('The script pool is closed; open a new one to run scripts.');
  }
}
