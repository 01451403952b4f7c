import { describeError } from '@nestjs-spark/foundation';
import type { BackendHealth, JobBackend, JobRun, KnownRun, RunEvent, RunHandle } from '../../job/backend.ts';
import type { CancelProof, JobKind } from '../../job/job.ts';

/** One cluster over two connections: Spark Connect for scripts and statements, the standalone master for applications. */
export class WholeCluster implements JobBackend {
  readonly name = 'spark';
  readonly capabilities: JobBackend['capabilities'];
  readonly #connect: JobBackend;
  readonly #apps: JobBackend;
  readonly #ofApps = new Set<string>();

  constructor(connect: JobBackend, apps: JobBackend) {
    this.#connect = connect;
    this.#apps = apps;
    const kinds = [...connect.capabilities.kinds, ...apps.capabilities.kinds];
    // `find` never answers `unknown` for an application, so none is started twice.
    this.capabilities = { ...connect.capabilities, kinds };
  }

  async health(signal: AbortSignal, kind?: JobKind): Promise<BackendHealth> {
    if (kind !== undefined && kind !== 'spark-app') return this.#connect.health(signal, kind);
    // An unreachable master does not count as a failed call of this backend: its breaker would block scripts as well.
    if (kind === 'spark-app') return this.#apps.health(signal, kind).catch(unavailable);
    const asked = [this.#connect.health(signal), this.#apps.health(signal)];
    const [connect, apps] = await Promise.allSettled(asked);
    const reasons = [reasonOf('scripts and statements', connect), reasonOf('applications', apps)];
    const reason = reasons.filter((one) => one !== null).join('; ') || null;
    return { available: reasons.includes(null), reason };
  }

  async start(run: JobRun, signal: AbortSignal): Promise<RunHandle> {
    return this.#noted(run.transformation.kind, await this.#for(run.transformation.kind).start(run, signal));
  }

  async find(runId: string, known?: KnownRun): Promise<RunHandle | 'unknown' | 'cannot-tell'> {
    const kind = known?.run.transformation.kind ?? (this.#ofApps.has(runId) ? 'spark-app' : 'script');
    const found = await this.#for(kind).find(runId, known);
    return typeof found === 'string' ? found : this.#noted(kind, found);
  }

  observe(handle: RunHandle, signal: AbortSignal): AsyncIterable<RunEvent> {
    return this.#of(handle).observe(handle, signal);
  }

  cancel(handle: RunHandle, signal?: AbortSignal): Promise<CancelProof | 'ended'> {
    return this.#of(handle).cancel(handle, signal);
  }

  result(handle: RunHandle): AsyncIterable<Uint8Array> {
    return this.#of(handle).result(handle);
  }

  async release(handle: RunHandle): Promise<void> {
    const backend = this.#of(handle);
    this.#ofApps.delete(handle.runId);
    await backend.release(handle);
  }

  async leave(handle: RunHandle): Promise<void> {
    const backend = this.#of(handle);
    this.#ofApps.delete(handle.runId);
    await backend.leave?.(handle);
  }

  async close(): Promise<void> {
    await Promise.all([this.#connect.close?.(), this.#apps.close?.()]);
  }

  #for(kind: JobKind): JobBackend {
    return kind === 'spark-app' ? this.#apps : this.#connect;
  }

  #of({ runId }: RunHandle): JobBackend {
    return this.#ofApps.has(runId) ? this.#apps : this.#connect;
  }

  #noted(kind: JobKind, handle: RunHandle): RunHandle {
    if (kind === 'spark-app') this.#ofApps.add(handle.runId);
    return handle;
  }
}

function unavailable(error: unknown): BackendHealth {
  return { available: false, reason: describeError(error) };
}

function reasonOf(what: string, asked: PromiseSettledResult<BackendHealth> | undefined): string | null {
  if (asked?.status === 'fulfilled') return asked.value.available ? null : `${what}: ${asked.value.reason}`;
  return `${what}: ${describeError(asked?.reason)}`;
}
