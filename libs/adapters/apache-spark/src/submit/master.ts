import { isBoolean, isListOf, isObjectOf, isText } from '@nestjs-spark/foundation/internal';
import { readJson, readText } from '../look/read-json.ts';
import { requestFor, type Application } from './application.ts';

/** A standalone master: its address for applications, its REST submission server, and its web UI. */
export interface MasterAddress {
  /** `spark://HOST:7077`. */
  master: string;
  /** `http://HOST:6066`. */
  rest: string;
  /** `http://HOST:8080`. */
  ui: string;
}

/**
 * A driver's state in the master's terms: `SUBMITTED`, `RUNNING`, `FINISHED`, `FAILED`, `KILLED`, `ERROR`; `null` for an unknown
 * driver.
 */
export interface DriverStatus {
  state: string | null;
  workerId: string | null;
  message: string | null;
}

/** Part of a driver's output. */
export interface DriverLog {
  text: string;
  /** Whether there is more. */
  isCut: boolean;
}

/** The master has refused an application. */
export class SubmissionRefusedError extends Error {
  override readonly name = 'SubmissionRefusedError';
}

/**
 * The calls of a standalone master. Each throws an error that names the address when the response is missing or not as expected.
 */
export class Master {
  readonly #at: MasterAddress;

  constructor(at: MasterAddress) {
    this.#at = at;
  }

  /** @throws when it does not accept submissions */
  async greet(): Promise<void> {
    const answer = await readJson(`${this.#rest()}/readyz`, IS_ANSWER);
    if (!answer.success)
      throw new Error(`${this.#rest()} is not ready: ${answer.message ?? 'no reason given'}`);
  }

  /**
   * Starts a driver for the application. Not idempotent: if the response is lost, a driver may have been started.
   * @returns the driver's id
   * @throws {SubmissionRefusedError} when none was started
   */
  async create(application: Application): Promise<string> {
    const answer = await readJson(
      `${this.#rest()}/create`,
      IS_ANSWER,
      requestFor(application, this.#at.master),
    );
    if (answer.success && answer.submissionId !== undefined) return answer.submissionId;
    throw new SubmissionRefusedError(
      `The master of Apache Spark refused the application: ${answer.message ?? 'no reason given'}`,
    );
  }

  async status(driverId: string): Promise<DriverStatus> {
    const answer = await readJson(`${this.#rest()}/status/${encodeURIComponent(driverId)}`, IS_STATUS);
    const { driverState = null, workerId = null, message = null } = answer;
    return { state: answer.success ? driverState : null, workerId, message };
  }

  /** Requests the end of a driver. Has no effect on one that has ended. */
  async kill(driverId: string): Promise<void> {
    await readJson(`${this.#rest()}/kill/${encodeURIComponent(driverId)}`, IS_ANSWER, {});
  }

  /**
   * Finds the driver that an application of this name was started with. The master does not list the names of drivers, but each
   * driver's log begins with the command that started it.
   * @param since only drivers submitted later, in milliseconds of the master's clock
   * @returns `cannot-tell` when the log of some driver cannot be read
   */
  async find(name: string, since: number): Promise<string | 'none' | 'cannot-tell'> {
    const { workers, activedrivers, completeddrivers } = await this.#pages();
    let isUnclear = false;
    for (const { id, starttime, worker } of [...activedrivers, ...completeddrivers]) {
      if (Number(starttime) < since) continue;
      const at = workers.find((one) => one.id === worker)?.webuiaddress;
      const head = at === undefined ? null : await logAt(at, id, 'stderr', HEAD).catch(() => null);
      if (head?.text.includes(`"--name" "${name}"`)) return id;
      // A driver still waiting for a worker may be the one; one that ended without a worker never ran.
      if (head === null && !(worker === NOWHERE && completeddrivers.some((one) => one.id === id)))
        isUnclear = true;
    }
    return isUnclear ? 'cannot-tell' : 'none';
  }

  /**
   * What is still running of an application besides its driver: whether the master lists it, and how many of its executors are
   * worker processes. The state of an application that has ended does not tell its outcome: only its driver's does.
   */
  async runningOf(name: string): Promise<{ isActive: boolean; executors: number }> {
    const { activeapps, workers } = await this.#pages();
    const alive = workers.filter(({ state }) => state === 'ALIVE');
    const lists = await Promise.all(
      alive.map(({ webuiaddress }) => readJson(`${trimmed(webuiaddress)}/json/`, IS_WORKER)),
    );
    const executors = lists.flatMap((list) => list.executors).filter(({ appdesc }) => appdesc.name === name);
    return { isActive: activeapps.some((one) => one.name === name), executors: executors.length };
  }

  /**
   * The end of a driver's output. All Python output is in `stdout`, including the traceback of an exception; `stderr` is the
   * JVM's own log.
   */
  async log(driverId: string, workerId: string, type: LogType, bytes: number): Promise<DriverLog> {
    const { workers } = await this.#pages();
    const worker = workers.find(({ id }) => id === workerId);
    if (!worker) throw new Error(`The worker ${workerId} that ran the driver is no longer there`);
    return logAt(worker.webuiaddress, driverId, type, { byteLength: bytes });
  }

  #pages() {
    return readJson(`${trimmed(this.#at.ui)}/json/`, IS_MASTER);
  }

  #rest(): string {
    return `${trimmed(this.#at.rest)}/v1/submissions`;
  }
}

type LogType = 'stdout' | 'stderr';

async function logAt(
  worker: string,
  driverId: string,
  logType: LogType,
  part: { offset?: number; byteLength: number },
): Promise<DriverLog> {
  const range = Object.entries(part).map(([name, value]): [string, string] => [name, String(value)]);
  const query = new URLSearchParams([['driverId', driverId], ['logType', logType], ...range]);
  const answer = await readText(`${trimmed(worker)}/log/?${query}`);
  // The first line tells which bytes these are: "==== Bytes 10-20 of 30 of FILE ====".
  const [first = ''] = answer.split('\n', 1);
  const [, from, to, all] = BYTES.exec(first) ?? [];
  const text = answer.slice(first.length + 1);
  if (all === undefined || text.startsWith('Error: '))
    throw new Error(`${worker} does not show the log of ${driverId}`);
  return { text, isCut: Number(to) - Number(from) < Number(all) };
}

function trimmed(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}

const BYTES = /^==== Bytes (\d{1,18})-(\d{1,18}) of (\d{1,18}) of /;
/** More than a command takes, even with the longest arguments that a job may have. */
const HEAD = { offset: 0, byteLength: 1024 * 1024 };
/** The master's value for a driver without a worker. */
const NOWHERE = 'None';
const IS_ANSWER = isObjectOf({ success: isBoolean }, { submissionId: isText(200), message: isText(100_000) });
const IS_STATUS = isObjectOf(
  { success: isBoolean },
  { driverState: isText(50), workerId: isText(500), message: isText(100_000) },
);
const IS_DRIVERS = isListOf(isObjectOf({ id: isText(200), starttime: isText(20), worker: isText(500) }));
const IS_MASTER = isObjectOf({
  workers: isListOf(isObjectOf({ id: isText(500), webuiaddress: isText(500), state: isText(50) })),
  activeapps: isListOf(isObjectOf({ name: isText(1_000) })),
  activedrivers: IS_DRIVERS,
  completeddrivers: IS_DRIVERS,
});
const IS_WORKER = isObjectOf({
  executors: isListOf(isObjectOf({ appdesc: isObjectOf({ name: isText(1_000) }) })),
});
