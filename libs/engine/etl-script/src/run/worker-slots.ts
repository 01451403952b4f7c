import type { ScriptWorker } from './script-worker.ts';

/** Idle workers and their idle time; nothing here starts or ends a thread. */
interface Slot {
  worker: ScriptWorker;
  idleTimer?: NodeJS.Timeout;
}

export interface SlotOptions {
  maxWorkers: number;
  idleMs: number;
  start(): ScriptWorker;
}

/** Shares a bounded number of workers: the one that has the script already, an idle one, a new one, or a wait. */
export class WorkerSlots {
  readonly #options: SlotOptions;
  readonly #idle = new Set<Slot>();
  readonly #busy = new Set<ScriptWorker>();
  readonly #queue: { scriptKey: object; resolve(worker: ScriptWorker): void; reject(error: Error): void }[] =
    [];
  #closed = false;

  constructor(options: SlotOptions) {
    this.#options = options;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** Takes a worker out; it must be given back. */
  take(scriptKey: object): Promise<ScriptWorker> {
    if (this.#closed) return Promise.reject(new PoolClosedError());
    const worker =
      this.#takeIdle(scriptKey) ??
      (this.#busy.size < this.#options.maxWorkers ? this.#options.start() : undefined);
    if (!worker) {
      return new Promise((resolve, reject) => this.#queue.push({ scriptKey, resolve, reject }));
    }
    this.#busy.add(worker);
    return Promise.resolve(worker);
  }

  /** Gives a worker back; one that is spoiled or has ended is replaced. */
  giveBack(worker: ScriptWorker, spoiled: boolean): void {
    this.#busy.delete(worker);
    if (spoiled || !worker.isUsable || this.#closed) void worker.end();
    else this.#addIdle(worker);
    const next = this.#queue.shift();
    if (next) this.take(next.scriptKey).then(next.resolve, next.reject);
  }

  /** Lets go of the idle workers that hold this script. */
  release(scriptKey: object): void {
    for (const slot of this.#idle) if (slot.worker.scriptKey === scriptKey) this.#drop(slot);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(new PoolClosedError());
    const workers = [...this.#busy, ...[...this.#idle].map(({ worker }) => worker)];
    for (const slot of this.#idle) clearTimeout(slot.idleTimer);
    this.#idle.clear();
    await Promise.all(workers.map((worker) => worker.end()));
  }

  #takeIdle(scriptKey: object): ScriptWorker | undefined {
    const slots = [...this.#idle].filter(({ worker }) => worker.isUsable);
    const own = slots.find(({ worker }) => worker.scriptKey === scriptKey);
    const full = this.#busy.size + this.#idle.size >= this.#options.maxWorkers;
    const slot =
      own ?? slots.find(({ worker }) => worker.scriptKey === undefined) ?? (full ? slots[0] : undefined);
    if (!slot) return undefined;
    clearTimeout(slot.idleTimer);
    this.#idle.delete(slot);
    return slot.worker;
  }

  #addIdle(worker: ScriptWorker): void {
    const slot: Slot = { worker };
    slot.idleTimer = setTimeout(() => this.#drop(slot), this.#options.idleMs);
    slot.idleTimer.unref();
    this.#idle.add(slot);
  }

  #drop(slot: Slot): void {
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
