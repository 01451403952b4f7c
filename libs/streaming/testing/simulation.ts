import type { Etag, TaskKey } from '@nestjs-spark/contracts';
import {
  ownerControlSubjects,
  resyncSubject,
  retrySubject,
  confirmationSubject,
  type Confirmation,
  type Log,
} from '@nestjs-spark/contracts/internal';
import { TaskApply } from '../src/apply/task-apply.ts';
import { TaskCapture } from '../src/capture/task-capture.ts';
import type { Pace } from '../src/flow/pace.ts';
import { askRetry } from '../src/retry/retry-request.ts';
import type { CaptureTask, TaskDirectory } from '../src/run/tasks.ts';
import type { Scripts } from '../src/transform/scripts.ts';
import { MemoryControl, MemoryLog, OpenLeases } from './memory-log.ts';
import { MemorySource, MemoryState } from './memory-source.ts';
import { MemoryTarget } from './memory-target.ts';
import { plainScripts } from './plain-scripts.ts';

export const TASK: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

const QUICK: Pace = {
  idleMs: 5,
  watermarkMs: 10,
  witnessMs: 0,
  trimMs: 2,
  fullLogMs: 3,
  confirmMs: 1,
  noLogMs: 2,
  backoffMs: 1,
};

export const SILENT: Log = { debug: () => {}, log: () => {}, warn: () => {}, error: () => {} };

interface Running {
  kill(): Promise<void>;
}

/** An owner and a requester around one task, all stores in memory, everything that can go wrong at hand. */
export class Simulation {
  readonly source: MemorySource;
  readonly target = new MemoryTarget();
  readonly log = new MemoryLog(8);
  readonly control = new MemoryControl();
  readonly #leases = new OpenLeases();
  /** The owner's and the requester's own documents. */
  readonly state = new MemoryState();
  readonly kept = new MemoryState();
  readonly #running = new Set<Running>();
  #task: CaptureTask = {
    task: TASK,
    collection: 'Cars',
    script: 'v1',
    fingerprint: 'v1',
    generation: 1,
    loadable: [],
  };
  readonly #directory: TaskDirectory = { read: async () => this.#task };
  readonly #captures = new Set<TaskCapture>();
  readonly #applies = new Set<TaskApply>();

  readonly #pace: Pace;

  scripts: Scripts = plainScripts;

  constructor(source = new MemorySource(), pace: Partial<Pace> = {}) {
    this.source = source;
    this.#pace = { ...QUICK, ...pace };
  }

  get script(): string {
    return this.#task.script;
  }

  changeScript(script: string): void {
    this.#task = { ...this.#task, script, fingerprint: script };
    for (const capture of this.#captures) capture.assign(this.#task);
    for (const apply of this.#applies) apply.declare({ task: TASK, collection: 'Cars', fingerprint: script });
  }

  /** Asks for word of how far the source is. */
  async flush(): Promise<Etag> {
    const source = await this.source.identify('');
    for (const capture of this.#captures) capture.flush(source);
    return source.lastEtag;
  }

  async askRetry(documents: string[] | null): Promise<void> {
    await askRetry(this.state, TASK, documents);
    await this.control.publish(retrySubject(TASK), { at: Date.now() });
  }

  startCapture(): Running {
    const capture = new TaskCapture(this.#task, {
      feed: this.source,
      log: this.log,
      provision: async () => {},
      control: this.control,
      directory: this.#directory,
      scripts: this.scripts,
      state: this.state,
      report: SILENT,
      pace: this.#pace,
    });
    this.#captures.add(capture);
    return this.#launch(
      (signal) =>
        Promise.all([
          this.#leases.whileHeld('capture', signal, (held) => capture.run(held)),
          this.#listen(capture, signal),
        ]),
      () => this.#captures.delete(capture),
    );
  }

  startApply(): Running {
    const task = { task: TASK, collection: 'Cars', fingerprint: this.#task.fingerprint };
    const apply = new TaskApply(task, {
      target: this.target,
      state: this.kept,
      log: this.log,
      control: this.control,
      source: { ask: async () => ({ sourceEtag: (await this.source.identify('')).lastEtag }) },
      report: SILENT,
      pace: this.#pace,
    });
    this.#applies.add(apply);
    return this.#launch(
      (signal) => this.#leases.whileHeld('apply', signal, (held) => apply.run(held)),
      () => this.#applies.delete(apply),
    );
  }

  /** Some instance says that its copy is complete. */
  get complete(): boolean {
    return [...this.#applies].some((apply) => apply.progress.report(Date.now()).complete);
  }

  /** Ids and values that the copies differ in, for a message; empty when source and target agree. */
  differences(): string[] {
    const wanted = new Map(
      this.source
        .documents()
        .filter(({ collection, fields }) => collection === 'Cars' && !fields.Hidden)
        .map(({ id, fields }) => [id.toLowerCase(), JSON.stringify({ ...fields, Tag: this.script })]),
    );
    const there = new Map([...this.target.documents].map(([id, { fields }]) => [id, JSON.stringify(fields)]));
    const ids = new Set([...wanted.keys(), ...there.keys()]);
    return [...ids]
      .filter((id) => wanted.get(id) !== there.get(id))
      .map((id) => `${id}: wanted ${wanted.get(id) ?? 'nothing'}, there is ${there.get(id) ?? 'nothing'}`);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.kill()));
  }

  async #listen(capture: TaskCapture, signal: AbortSignal): Promise<void> {
    for await (const { subject, value } of this.control.watch<Confirmation>(
      ownerControlSubjects('Fleet'),
      signal,
    )) {
      if (subject === resyncSubject(TASK)) capture.resyncAsked();
      if (subject === retrySubject(TASK)) capture.retryAsked();
      if (subject === confirmationSubject(TASK)) capture.confirmed(value);
    }
  }

  #launch(work: (signal: AbortSignal) => Promise<unknown>, ended: () => void): Running {
    const stopped = new AbortController();
    const done = work(stopped.signal);
    const running: Running = {
      kill: async () => {
        stopped.abort();
        await done;
        this.#running.delete(running);
        ended();
      },
    };
    this.#running.add(running);
    return running;
  }
}
