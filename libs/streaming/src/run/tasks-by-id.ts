import { taskId, type TaskKey } from '@nestjs-spark/contracts';

/** A task's runner, what it runs, and the way to end it. */
export interface RunningTask<R> {
  runner: R;
  task: TaskKey;
  end(): Promise<void>;
}

/** The running tasks of one side, found by their key without regard to case. */
export class TasksById<R> {
  readonly #running = new Map<string, RunningTask<R>>();

  get(task: TaskKey): RunningTask<R> | undefined {
    return this.#running.get(taskId(task));
  }

  add(running: RunningTask<R>): void {
    this.#running.set(taskId(running.task), running);
  }

  values(): RunningTask<R>[] {
    return [...this.#running.values()];
  }

  async end(running: RunningTask<R>): Promise<void> {
    this.#running.delete(taskId(running.task));
    await running.end();
  }

  async endAll(): Promise<void> {
    await Promise.all(this.values().map((running) => this.end(running)));
  }
}
