import type { DriverStatus, Master } from '@nestjs-spark/apache-spark/internal';
import { describeError } from '@nestjs-spark/foundation';
import { pause } from '@nestjs-spark/foundation/internal';
import type { RunEnded } from '../../../job/backend.ts';
import type { JobCause } from '../../../job/job.ts';
import { redacted } from '../../../job/secrets.ts';
import type { AppRun } from './app-run.ts';

const LOOK_EVERY_MS = 500;
/** How long a restarted master may take to recover its drivers, in milliseconds. */
export const UNKNOWN_FOR_MS = 60_000;
const MOST_STDOUT = 64 * 1024;
const MOST_LOG = 8_000;
const LONGEST_MESSAGE = 1_000;

/** Dependencies for following an application. */
export interface AppParts {
  master: Master;
  signal: AbortSignal;
  onAway(error: unknown): void;
}

/** The states in which a driver has ended, as the master names them. */
export const ENDS: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'KILLED', 'ERROR']);

/** Follows a driver to its end. @returns the end, with the result as JSON text if there is one */
export async function followApp(app: AppRun, parts: AppParts): Promise<{ ended: RunEnded; result?: string }> {
  const last = await untilEnded(app, parts);
  if (last.state === null) return failed(lostDriver(app));
  if (last.state === 'FINISHED') {
    const ended: RunEnded = {
      type: 'ended',
      outcome: 'succeeded',
      form: 'value',
      documents: 1,
      failed: 0,
    };
    return { ended, result: await resultOf(app, last, parts.master) };
  }
  if (last.state === 'KILLED') {
    if (app.isCancelled) return { ended: { type: 'ended', outcome: 'cancelled' } };
    const message = `Driver ${app.driverId} was killed, and not by this service`;
    return failed({ class: 'backend', code: 'killed', message });
  }
  return failed(await causeOf(app, last, parts.master));
}

async function untilEnded({ driverId }: AppRun, { master, signal, onAway }: AppParts): Promise<DriverStatus> {
  for (let knownAt = performance.now(); ; await pause(LOOK_EVERY_MS, signal)) {
    signal.throwIfAborted();
    try {
      const status = await master.status(driverId);
      if (status.state !== null && ENDS.has(status.state)) return status;
      if (status.state !== null) knownAt = performance.now();
      else if (performance.now() - knownAt > UNKNOWN_FOR_MS) return status;
    } catch (error) {
      onAway(error);
      knownAt = performance.now();
    }
  }
}

/** The end of its standard output. If the last line is a JSON object or array, that is the result. */
async function resultOf(app: AppRun, { workerId }: DriverStatus, master: Master): Promise<string> {
  const { driverId } = app;
  const { text, isCut } = await logOf(app, workerId, 'stdout', MOST_STDOUT, master);
  const value = lastJson(text);
  const fields = { driverId, stdout: text, stdoutIsCut: isCut };
  return `${JSON.stringify(fields).slice(0, -1)},"value":${value}}`;
}

function lastJson(text: string): string {
  const last = lastLine(text);
  try {
    // Returned as printed, so that numbers keep their notation.
    return last !== undefined && typeof JSON.parse(last) === 'object' ? last.trim() : 'null';
  } catch {
    return 'null';
  }
}

async function causeOf(app: AppRun, last: DriverStatus, master: Master): Promise<JobCause> {
  const { state, workerId, message } = last;
  const [stdout, stderr] = await Promise.all([
    logOf(app, workerId, 'stdout', MOST_LOG, master),
    logOf(app, workerId, 'stderr', MOST_LOG, master),
  ]);
  const said = lastLine(stdout.text) ?? message ?? lastLine(stderr.text) ?? 'it has written nothing';
  const hasRun = state === 'FAILED';
  return {
    class: hasRun ? 'user' : 'backend',
    code: hasRun ? 'application-failed' : 'driver-error',
    message: redacted(
      `${hasRun ? 'The application has failed' : `Driver ${app.driverId} could not run`}: ${said.slice(0, LONGEST_MESSAGE)}`,
      app.secrets,
    ),
    log: `--- stdout of ${app.driverId} ---\n${stdout.text}\n--- stderr ---\n${stderr.text}`,
  };
}

/** A log that cannot be read does not change how a run ended. */
async function logOf(
  { driverId, secrets }: AppRun,
  workerId: string | null,
  type: 'stdout' | 'stderr',
  bytes: number,
  master: Master,
): Promise<{ text: string; isCut: boolean }> {
  if (workerId === null) return { text: '', isCut: false };
  try {
    const { text, isCut } = await master.log(driverId, workerId, type, bytes);
    // A line that was cut off at its beginning may start with part of a secret.
    const whole = isCut ? text.slice(text.indexOf('\n') + 1) : text;
    return { text: redacted(whole, secrets), isCut };
  } catch (error) {
    return { text: `(no log: ${describeError(error)})`, isCut: true };
  }
}

function lastLine(text: string): string | undefined {
  return text.trimEnd().split('\n').at(-1) || undefined;
}

function failed(cause: JobCause): { ended: RunEnded } {
  return { ended: { type: 'ended', outcome: 'failed', cause } };
}

function lostDriver({ driverId }: AppRun): JobCause {
  const message = `The master no longer knows driver ${driverId}: it may have run to its end. Check what it should have written before you submit it again`;
  return { class: 'lost', code: 'driver-unknown', message };
}
