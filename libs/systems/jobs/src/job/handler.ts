import type { JobProgress } from './job.ts';

/** What a handler learns about its run, and what it can report. */
export interface JobContext {
  jobId: string;
  /** Unique for each execution. Pass it on as an idempotency key: after a crash of its process, a run may be executed again. */
  runId: string;
  attempt: number;
  /** Aborted when the job is cancelled or times out. The job only ends once the handler has returned. */
  signal: AbortSignal;
  progress(progress: JobProgress): void;
  log(line: string): void;
}

/** Implemented by classes with `@TransformationJob()`: computes a job's result from its input; both are JSON values. */
export interface JobHandler<Input = unknown, Output = unknown> {
  run(input: Input, context: JobContext): Output | Promise<Output>;
}

/** The declaration of a handler. */
export interface HandlerDeclaration {
  /** The name that jobs use for it. */
  name: string;
  /** Part of the cache key: raise it when the handler's results change. */
  version: string | number;
  /** Whether the same input always gives the same result, so that results may be cached. Default false. */
  deterministic?: boolean;
  /**
   * `'thread'`: each run has its own thread, which cancelling always ends; a handler that computes for long does not block
   * anything else, and one that takes more than 1 GiB of memory is ended. The thread loads the file of the class again and has no
   * Nest application: the class is exported, its file is not the program's main file, and its constructor has no parameters.
   * Default: the handler runs where the application runs.
   */
  isolate?: 'thread';
}

/** Adds the URL of the file that defines the class. */
export interface DeclaredHandler extends HandlerDeclaration {
  file: string;
}

/** The application's handlers by name. */
export class JobHandlers {
  readonly #known = new Map<string, { declaration: HandlerDeclaration; handler: JobHandler }>();

  /** @throws {Error} if another handler has the name */
  add(declaration: HandlerDeclaration, handler: JobHandler): void {
    const known = this.#known.get(declaration.name);
    if (known?.handler === handler) return;
    if (known)
      throw new Error(
        `Two classes have @TransformationJob({ name: '${declaration.name}' }): ${known.handler.constructor.name} and ${handler.constructor.name}. Give one of them another name.`,
      );
    this.#known.set(declaration.name, { declaration, handler });
  }

  get(name: string): { declaration: HandlerDeclaration; handler: JobHandler } | undefined {
    return this.#known.get(name);
  }

  names(): string[] {
    return [...this.#known.keys()].toSorted();
  }
}
