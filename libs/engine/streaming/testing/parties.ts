import type { ChangeLog, LeaseKeeper } from '@nestjs-spark/contracts/internal';
import {
  MemoryBoard,
  MemoryKeys,
  MemoryLeases,
  MemoryLog,
  MemorySink,
  MemorySource,
  MemoryState,
} from '@nestjs-spark/testing';
import type { Pace } from '../src/task/pace.ts';
import type { CaptureReport, ApplyReport } from '../src/task/reports.ts';
import { ApplySupervisor } from '../src/run/apply-supervisor.ts';
import { CaptureSupervisor } from '../src/run/capture-supervisor.ts';
import { callForRerun } from '../src/rerun/call-for-rerun.ts';
import type { SourceAnswer } from '../src/task/tasks.ts';
import { plainScriptsIn } from './plain-scripts.ts';
import { QUICK, SILENT, TASK } from './simulation.ts';

/** Instances left to themselves, so that what is counted in ticks is meaningful. */
const PACE: Pace = { ...QUICK, witnessMs: 1_000, idleMs: 10, fullLogMs: 10 };

/** Several instances of an owner and of its requester around one task, all in memory. */
export class Parties {
  readonly source = new MemorySource();
  readonly target = new MemorySink();
  readonly log: MemoryLog;
  readonly control = new MemoryBoard();
  readonly leases = new MemoryLeases();
  readonly keys = new MemoryKeys();
  /** Whether the owner answers questions; `late`: it leaves them unanswered. */
  answers: boolean | 'late' = true;
  readonly #state = new MemoryState();
  readonly #kept = new MemoryState();
  readonly #running = new Set<CaptureSupervisor | ApplySupervisor>();
  script = 'v1';
  #generation = 1;

  constructor(limit = Infinity) {
    this.log = new MemoryLog(limit);
  }

  owner(leases: LeaseKeeper = this.leases): CaptureSupervisor {
    const log: ChangeLog = { provision: async () => {}, open: () => this.log };
    const { source, control } = this;
    const owner = new CaptureSupervisor({
      owner: TASK.owner,
      source,
      log,
      control,
      leases,
      directory: { read: async () => this.#task() },
      scripts: plainScriptsIn({ isFair: true }),
      state: this.#state,
      signer: this.keys.signerOf(TASK.owner),
      verifier: this.keys,
      logger: SILENT,
      pace: PACE,
    });
    owner.assign(TASK.requester, [this.#task()]);
    this.#running.add(owner);
    return owner;
  }

  /** @param script what this version of the requester declares */
  requester(script = this.script): ApplySupervisor {
    const log: ChangeLog = { provision: async () => {}, open: () => this.log };
    const { target, control, leases } = this;
    const requester = new ApplySupervisor({
      sink: target,
      state: this.#kept,
      log,
      control,
      leases,
      source: {
        ask: () => this.#ask(),
        sendAgain: (task, documents) => callForRerun({ state: this.#state, control }, task, [...documents]),
      },
      verifier: this.keys,
      logger: SILENT,
      pace: PACE,
    });
    requester.assign(TASK.owner, [{ key: TASK, collection: 'Cars', fingerprint: script }]);
    this.#running.add(requester);
    return requester;
  }

  /** The owner takes over another script from a newer version of the requester. */
  deploy(script: string): void {
    this.script = script;
    this.#generation++;
    for (const one of this.#running)
      if (one instanceof CaptureSupervisor) one.assign(TASK.requester, [this.#task()]);
  }

  async end(party: CaptureSupervisor | ApplySupervisor): Promise<void> {
    this.#running.delete(party);
    await party.stop();
  }

  async endAll(): Promise<void> {
    this.control.isReadOnly = false;
    await Promise.all([...this.#running].map((one) => this.end(one)));
  }

  async #ask(): Promise<SourceAnswer> {
    if (this.answers === 'late') return new Promise(() => undefined);
    if (!this.answers) return 'away';
    const { databaseId, lastEtag } = await this.source.identify('');
    return { sourceEtag: lastEtag, databaseId };
  }

  #task() {
    const { script } = this;
    return {
      key: TASK,
      collection: 'Cars',
      script,
      fingerprint: script,
      generation: this.#generation,
      loadable: [],
    };
  }
}

/** What an instance reports about the one task. */
export function told(party: ApplySupervisor): ApplyReport;
export function told(party: CaptureSupervisor): CaptureReport;
export function told(party: ApplySupervisor | CaptureSupervisor): ApplyReport | CaptureReport {
  const [report] = party.reports();
  if (!report) throw new Error('it has no task');
  return report;
}
