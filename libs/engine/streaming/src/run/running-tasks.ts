import { taskId, type TaskKey } from '@nestjs-spark/contracts';

interface RunningTask<R> {
  runner: R;
  task: TaskKey;
  end(): Promise<void>;
}

/** What a supervisor does with the tasks that it is given. */
export interface Assignment<R, T extends { key: TaskKey }> {
  /** Which of the running tasks the assignment speaks for. */
  isMine: (task: TaskKey) => boolean;
  start: (task: T) => void;
  update: (runner: R, task: T) => void;
}

/** The running tasks of one side, found by their key without regard to case. */
export class RunningTasks<R> {
  readonly #running = new Map<string, RunningTask<R>>();

  get(task: TaskKey): R | undefined {
    return this.#running.get(taskId(task))?.runner;
  }

  all(): { task: TaskKey; runner: R }[] {
    return [...this.#running.values()];
  }

  /** The full set: starts what is new, updates what runs already, and ends what is not wanted any more. */
  assign<T extends { key: TaskKey }>(tasks: T[], { isMine, start, update }: Assignment<R, T>): void {
    const wanted = new Set(tasks.map(({ key: task }) => taskId(task)));
    for (const { task } of this.all()) if (isMine(task) && !wanted.has(taskId(task))) void this.end(task);
    for (const task of tasks) {
      const runner = this.get(task.key);
      if (runner) update(runner, task);
      else start(task);
    }
  }

  /** Adds a task whose `work` goes on until it is ended; `work` deals with its own failures. */
  run(task: TaskKey, runner: R, work: (ended: AbortSignal) => Promise<void>): void {
    const ended = new AbortController();
    const done = work(ended.signal);
    const end = async (): Promise<void> => {
      ended.abort();
      await done;
    };
    this.#running.set(taskId(task), { runner, task, end });
  }

  async end(task: TaskKey): Promise<void> {
    const running = this.#running.get(taskId(task));
    this.#running.delete(taskId(task));
    await running?.end();
  }

  async endAll(): Promise<void> {
    await Promise.all(this.all().map(({ task }) => this.end(task)));
  }
}

/** The name of the lease under which one instance does a task's work: `capture.fleet.hr.cars`. */
export function leaseName(side: 'capture' | 'apply', task: TaskKey): string {
  return `${side}.${taskId(task).replaceAll('/', '.')}`;
}
