import { describeError } from '@nestjs-spark/foundation';
import { RunRefusedError, type JobRun, type RunEnded, type RunHandle } from '../job/backend.ts';
import { stamped } from '../job/move.ts';
import { resultOfRun } from '../job/content-names.ts';
import type { Job } from '../job/job.ts';
import { isProgress, readEnded } from '../job/reported.ts';
import type { QueuedJob } from '../job/store.ts';
import type { CancelRequests } from './cancel-watch.ts';
import type { Claim } from './claim.ts';
import { causeOf, finish, isOwn, lostRun, type Outcome } from './finish.ts';
import { isRunning, isTerminal } from '../job/status.ts';
import { keepResult } from './keep-result.ts';
import type { LateStart } from './late-start.ts';
import { inputOf } from './read-input.ts';
import { externalOf, noteExternal, noteRestart } from './note-run.ts';
import type { RunnerParts } from './parts.ts';
import { RunStop } from './run-stop.ts';
import { LOOK_EVERY_MS, timeRun } from './time-run.ts';

/** Nobody sees it, and an error of its own for each run would be made with a stack. */
const OVER = new Error('The run is over');

/** Executes one claimed job from its start to its end. */
export class OneRun {
  readonly #claim: Claim;
  readonly #parts: RunnerParts;
  readonly #queued: QueuedJob;
  readonly #requests: CancelRequests;
  readonly #over = new AbortController();
  readonly #stop: RunStop;
  #isLost = false;
  #isFinishing = false;
  #isOver = false;

  /** @param requests listens since before the job was claimed */
  constructor(claim: Claim, queued: QueuedJob, requests: CancelRequests, parts: RunnerParts) {
    this.#claim = claim;
    this.#queued = queued;
    this.#requests = requests;
    this.#parts = parts;
    this.#stop = new RunStop(claim.backend, parts, this.#over.signal);
  }

  /** Ends the observation of the run, which is left to the next process. */
  leave(): void {
    this.#over.abort(OVER);
  }

  /**
   * @param signal aborted when this process ends; `leave` is called then, too
   * @returns `later`: what became of the run cannot be told now, so the job has to be taken again; `taken`: another process has the job, and its
   * message
   */
  async execute(signal: AbortSignal): Promise<'later' | 'over' | 'taken'> {
    const { job, backend, adopted } = this.#claim;
    const { progress, store, guards } = this.#parts;
    const { local: isLocal = false } = backend.capabilities;
    const begin = (): Promise<RunHandle | Outcome | 'later'> => this.#begin(signal);
    const handle = await (isLocal ? begin() : this.#saying(begin));
    if (handle === 'later') return 'later';
    if (!('runId' in handle)) {
      const after = await this.#finish(handle);
      if (after === 'unproven') return 'later';
      return after ? 'over' : this.#whenFenced();
    }
    const leave = guards.occupy(backend);
    this.#requests.on(() => this.#stop.ask(handle, 'cancelled'));
    const startedAt = Date.parse(this.#claim.job.attempts.at(-1)?.startedAt ?? '');
    const left = Math.max(0, startedAt + job.options.timeoutMs - Date.now());
    const stopTiming = timeRun(left, isLocal && !adopted, {
      lasts: () => void this.#attend(handle),
      look: () => void this.#look(handle),
      isOver: () => this.#stop.ask(handle, 'timed-out'),
    });
    if (signal.aborted) this.leave();
    try {
      // Before it is observed, which may take it over: what is to be stopped is not to begin anything more.
      if (adopted && job.status === 'Cancelling') {
        this.#stop.ask(handle, 'cancelled');
        await this.#stop.proof();
      }
      const ended = await this.#observe(handle);
      if (this.#isLost) return await this.#whenFenced();
      if (!ended) return 'over';
      const outcome = await this.#outcome(handle, ended);
      const after = await this.#finish(outcome);
      if (after === 'unproven') return 'later';
      // The run of a job that another process has by now is that process's: it has the same id there.
      if (after === null) return await this.#whenFenced();
      this.#isOver = true;
      const key = after.status === 'Succeeded' ? this.#parts.cacheKeyOf(after) : null;
      if (key !== null) await store.remember(key, job.jobId);
      return 'over';
    } finally {
      // Only the stop still listens, and aborting costs something even without listeners.
      if (this.#stop.isAsked) this.leave();
      stopTiming();
      leave();
      progress.forget(job.jobId);
      await this.#release(handle).catch(() => undefined);
    }
  }

  /**
   * A run that does not count: another process may have the job, and with it the message. Acknowledging the message would leave
   * the job to nobody once that process dies; giving it back would take the job from a process that is alive.
   */
  async #whenFenced(): Promise<'later' | 'over' | 'taken'> {
    const { job, start } = this.#claim;
    const { store, owner } = this.#parts;
    // Without an answer, the message is left alone: it is delivered again if nobody has it.
    const stored = await store.get(job.jobId).catch(() => 'unknown' as const);
    if (stored === 'unknown') return 'taken';
    if (stored && isRunning(stored.job.status) && stored.job.attempts.at(-1)?.owner !== owner) return 'taken';
    // Whoever took a job by its message looks at its record before the message goes.
    return start ? 'later' : 'over';
  }

  /** Says meanwhile that the job is worked on: a large input takes longer to send than a job may be silent. */
  async #saying<T>(work: () => Promise<T>): Promise<T> {
    const saying = setInterval(() => this.#queued.working(), LOOK_EVERY_MS).unref();
    try {
      return await work();
    } finally {
      clearInterval(saying);
    }
  }

  /** What has not ended belongs to whoever continues it, unless nobody else can see it. */
  async #release(handle: RunHandle): Promise<void> {
    const { backend } = this.#claim;
    if (this.#isOver) return backend.release(handle);
    if (backend.leave) return backend.leave(handle);
    if (backend.capabilities.local) await backend.release(handle);
  }

  async #begin(signal: AbortSignal): Promise<RunHandle | Outcome | 'later'> {
    const { job, backend, runId, adopted } = this.#claim;
    const run: JobRun = {
      runId,
      jobId: job.jobId,
      attempt: job.attempt,
      name: job.name,
      transformation: job.transformation,
      options: job.options,
      submitter: job.submittedBy.subject,
      input: inputOf(job, this.#parts.store),
    };
    const found = adopted ? await this.#find(run) : 'unknown';
    if (found !== 'unknown') return found;
    if (adopted) {
      // What is to be cancelled is not started to be stopped; an owner that starts it too late stops it itself.
      const mayStart = backend.capabilities.idempotentStart && job.status !== 'Cancelling';
      const again = mayStart ? await noteRestart(this.#claim, this.#parts) : null;
      if (!again) return lostRun(backend.name, runId);
      Object.assign(this.#claim, again);
    }
    try {
      const { guards } = this.#parts;
      const handle = await guards.call(backend, () => backend.start(run, signal));
      await this.#note(handle);
      return handle;
    } catch (error) {
      if (error instanceof RunRefusedError) return { type: 'failed', cause: error.reason };
      const message = `${backend.name} did not start it: ${describeError(error)}`;
      return { type: 'not-started', cause: { class: 'backend', code: 'not-started', message } };
    }
  }

  /** The run that another process has begun. Only `unknown` says that it is gone: no answer may mean that it still runs. */
  async #find(run: JobRun): Promise<RunHandle | 'unknown' | 'later'> {
    const { backend, runId, job } = this.#claim;
    const { guards, log } = this.#parts;
    const { startedAt = job.createdAt } = job.attempts.at(-1) ?? {};
    const known = { run, startedAt, ...externalOf(job, runId) };
    try {
      const found = await guards.call(backend, () => backend.find(runId, known));
      if (found === 'cannot-tell') return 'later';
      if (found !== 'unknown' && known.external === undefined) await this.#note(found);
      return found;
    } catch (error) {
      log.warn(`${backend.name} cannot be asked for the run ${runId} now: ${describeError(error)}`);
      return 'later';
    }
  }

  /** A run whose name at the backend cannot be stored now goes on: whoever adopts it then has to find it by its id. */
  async #note({ external }: RunHandle): Promise<void> {
    if (external === undefined) return;
    try {
      const noted = await noteExternal(this.#claim, external, this.#parts);
      if (noted) Object.assign(this.#claim, noted);
    } catch (error) {
      this.#parts.log.warn(
        `Run ${this.#claim.runId} continues, but this could not be recorded: ${describeError(error)}`,
      );
    }
  }

  async #observe(handle: RunHandle): Promise<RunEnded | null> {
    const { backend, job } = this.#claim;
    for await (const event of backend.observe(handle, this.#over.signal)) {
      if (event.type === 'progress' && isProgress(event.progress))
        this.#parts.progress.note(job.jobId, event.progress);
      if (event.type === 'ended') return readEnded(event, backend.name);
    }
    return null;
  }

  async #outcome(handle: RunHandle, ended: RunEnded): Promise<Outcome> {
    if (ended.outcome === 'succeeded') return await this.#keep(handle, ended);
    // A backend may forget a run that it has stopped: that one is not lost.
    const proof = await this.#stop.proof();
    if (proof !== 'ended') return { type: this.#stop.reason, proof };
    if (ended.outcome === 'lost') return { type: 'lost', cause: ended.cause };
    return { type: 'failed', cause: causeOf(ended) };
  }

  async #keep(handle: RunHandle, ended: RunEnded & { outcome: 'succeeded' }): Promise<Outcome> {
    const { job, backend } = this.#claim;
    const { store, retentionMs } = this.#parts;
    const kept = await keepResult(backend, handle, {
      nameOf: () => resultOfRun(job.jobId, job.attempt),
      put: (name, parts) => store.putContent(name, parts),
      signal: this.#over.signal,
    });
    if (!('content' in kept)) return kept;
    const { form, documents, failed } = ended;
    const expiresAt = new Date(Date.now() + retentionMs).toISOString();
    const made = { form, documents, failed, cached: false, fromJobId: null, expiresAt };
    return { type: 'succeeded', result: { ...kept.content, ...made } };
  }

  async #finish(outcome: Outcome): Promise<Job | null | 'unproven'> {
    const { job, runId, start, revision } = this.#claim;
    this.#isFinishing = true;
    const ended = start ? await start.end(outcome) : 'started';
    if (ended !== 'started') return ended;
    // What was cancelled has been changed since it was written here.
    const known = revision === null || outcome.type === 'cancelled' ? null : stamped(job, revision);
    return await finish({ jobId: job.jobId, runId, known }, outcome, this.#parts);
  }

  /** A run that lasts is to be stopped when its job is cancelled. Not awaited: the result of a cancelled run is refused. */
  async #attend(handle: RunHandle): Promise<void> {
    const { start, adopted } = this.#claim;
    if (this.#isFinishing) return;
    const heard = this.#requests.hear();
    if (start && !(await this.#writeStart(start, handle))) return;
    // It may have been cancelled before this process listened.
    const hasHeardAll = await heard;
    if ((adopted || !hasHeardAll) && !this.#isFinishing && !this.#over.signal.aborted)
      await this.#look(handle);
  }

  /**
   * A start that cannot be written now is written at the next look, or with the end, which also reports if it cannot be.
   * @returns whether it is written
   */
  async #writeStart(start: LateStart, handle: RunHandle): Promise<boolean> {
    const counts = await start.write().catch(() => null);
    if (counts === false) await this.#lose(handle);
    return counts === true;
  }

  /** Says that it is worked on, and sees whether it is to be cancelled, or is another process's by now. */
  async #look(handle: RunHandle): Promise<void> {
    this.#queued.working();
    const { start } = this.#claim;
    // Until its start is written, the job is not this run's for anybody who looks at it.
    if (start && (this.#isFinishing || !(await this.#writeStart(start, handle)))) return;
    const stored = await this.#parts.store.get(this.#claim.job.jobId).catch(() => undefined);
    // What is being written now says itself whether it counts.
    if (stored === undefined || this.#isFinishing) return;
    if (!stored || !isOwn(stored.job, handle.runId, this.#parts.owner)) {
      this.#parts.observer.fenced();
      await this.#lose(handle, stored?.job);
    } else if (stored.job.status === 'Cancelling') this.#stop.ask(handle, 'cancelled');
  }

  /** Somebody else has changed the job: nothing of this run counts. */
  async #lose(handle: RunHandle, job?: Job): Promise<void> {
    this.#isLost = true;
    const { backend } = this.#claim;
    // Elsewhere the run continues under its new owner; one that has ended has none, and this start of it may have come too late.
    if (job && (job.status === 'Cancelled' || (handle.external && isTerminal(job.status))))
      await backend.cancel(handle).catch(() => undefined);
    if (backend.leave) await backend.leave(handle).catch(() => undefined);
    else if (backend.capabilities.local) await backend.cancel(handle).catch(() => undefined);
    this.leave();
  }
}
