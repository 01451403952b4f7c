import { isObject } from '@nestjs-spark/foundation/internal';
import { taskId, type Etag, type TaskKey, taskName } from '@nestjs-spark/contracts';
import {
  ownerControlSubjects,
  resyncSubject,
  rerunSubject,
  confirmationSubject,
  readHeader,
  isConfirmation,
  type Overwrite,
  ravenKey,
} from '@nestjs-spark/contracts/internal';
import type { Logger } from '@nestjs-spark/foundation/internal';
import { isClean } from '../src/apply/clean.ts';
import { TaskApply } from '../src/apply/task-apply.ts';
import { TaskCapture } from '../src/carry/task-capture.ts';
import type { Pace } from '../src/task/pace.ts';
import { listSetAside, type SetAsideList } from '@nestjs-spark/set-aside/internal';
import {
  MemoryBoard,
  MemoryKeys,
  MemoryLog,
  MemorySink,
  MemorySource,
  MemoryState,
} from '@nestjs-spark/testing';
import { OpenLeases } from './open-leases.ts';
import { callForRerun } from '../src/rerun/call-for-rerun.ts';
import type { CaptureTask, TaskDirectory } from '../src/task/tasks.ts';
import { SharedPages } from '../src/read/shared-pages.ts';
import { SharedScripts, type Scripts } from '../src/transform/shared-scripts.ts';
import type { ApplyReport } from '../src/task/reports.ts';
import { plainScriptsIn, throwsOn } from './plain-scripts.ts';

export const TASK: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'Cars' };

export const QUICK: Pace = {
  idleMs: 5,
  watermarkMs: 10,
  witnessMs: 0,
  trimMs: 2,
  fullLogMs: 3,
  confirmMs: 1,
  noLogMs: 2,
  freedMs: 5,
  undeletedMs: 20,
  backoffMs: 1,
  answerMs: 0,
  changedMs: 0,
  askedMs: 5,
  tickMs: 5,
  refusedAfterMs: [1, 1],
};

export const SILENT: Logger = { debug: () => {}, log: () => {}, warn: () => {}, error: () => {} };

export interface Running {
  isCapture: boolean;
  kill(): Promise<void>;
}

/** An owner and a requester around one task, all stores in memory, everything that can go wrong at hand. */
export class Simulation {
  readonly source: MemorySource;
  readonly target = new MemorySink();
  readonly log = new MemoryLog(8);
  readonly control = new MemoryBoard();
  readonly keys = new MemoryKeys();
  readonly #leases = new OpenLeases();
  /** The owner's and the requester's own documents. */
  readonly state = new MemoryState();
  readonly kept = new MemoryState();
  readonly #running = new Set<Running>();
  #task: CaptureTask = {
    key: TASK,
    collection: 'Cars',
    script: 'v1',
    fingerprint: 'v1',
    generation: 1,
    loadable: [],
  };
  readonly directory: TaskDirectory = { read: async () => this.#task };
  readonly #captures = new Set<TaskCapture>();
  /** What the owner's side told the log. */
  readonly said: string[] = [];
  /** What the owner's side warned of. */
  readonly warnings: string[] = [];
  readonly #applies = new Set<TaskApply>();

  readonly #pace: Pace;

  /** What the scripts and the target's taste depend on besides the documents. */
  readonly surroundings = { isFair: true };
  scripts: Scripts = plainScriptsIn(this.surroundings);
  /** What the copies may go over besides each other. */
  overwrite: Overwrite | undefined;
  /** Another engine made the first copies, without marks. */
  adoptsFirst = false;

  constructor(source = new MemorySource(), pace: Partial<Pace> = {}) {
    this.source = source;
    this.#pace = { ...QUICK, ...pace };
    this.log.refuses = ({ commands }) =>
      commands.some((command) => command.type === 'put' && command.document.includes('"TooBig":true'));
    this.target.refuses = (fields) => this.#isRefused(fields);
    this.target.refusesToDelete = ({ fields }) => this.#stays(fields);
  }

  get script(): string {
    return this.#task.script;
  }

  changeScript(script: string): void {
    this.#task = { ...this.#task, script, fingerprint: script };
    for (const capture of this.#captures) capture.assign(this.#task);
    for (const apply of this.#applies) apply.declare({ key: TASK, collection: 'Cars', fingerprint: script });
  }

  /** Asks for word of how far the source is. */
  async flush(): Promise<Etag> {
    const source = await this.source.identify('');
    for (const capture of this.#captures) capture.flush(source);
    return source.lastEtag;
  }

  async askRerun(documents: string[] | null): Promise<void> {
    await callForRerun(this, TASK, documents);
  }

  startCapture(): Running {
    const capture = new TaskCapture(this.#task, {
      source: this.source,
      pages: new SharedPages(this.source),
      log: this.log,
      ready: async () => {},
      provision: async () => {},
      control: this.control,
      directory: this.directory,
      scripts: new SharedScripts(this.scripts),
      state: this.state,
      signer: this.keys.signerOf(TASK.owner),
      verifier: this.keys,
      logger: {
        ...SILENT,
        warn: (text) => void this.warnings.push(text),
        log: (text) => void this.said.push(text),
      },
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
      true,
    );
  }

  startApply(): Running {
    return this.prepareApply().start();
  }

  /** An instance that does not hold the lease yet. */
  prepareApply(): { look(): Promise<void>; start(): Running } {
    const { overwrite } = this;
    const task = {
      key: TASK,
      collection: 'Cars',
      fingerprint: this.#task.fingerprint,
      ...(overwrite === undefined ? {} : { overwrite }),
      adoptsFirst: this.adoptsFirst,
    };
    const apply = new TaskApply(task, {
      sink: this.target,
      state: this.kept,
      log: this.log,
      control: this.control,
      source: {
        ask: async () => {
          const { databaseId, lastEtag, witness } = await this.source.identify(taskId(TASK));
          return { sourceEtag: lastEtag, databaseId, witness };
        },
        sendAgain: (_, documents) => this.askRerun([...documents]),
      },
      verifier: this.keys,
      logger: SILENT,
      pace: this.#pace,
      moved: () => undefined,
    });
    const start = (): Running => {
      this.#applies.add(apply);
      return this.#launch(
        (signal) => this.#leases.whileHeld('apply', signal, (held) => apply.run(held)),
        () => this.#applies.delete(apply),
      );
    };
    return { look: () => apply.look(), start };
  }

  /** No instance of the owner carries it any more. */
  async stopCaptures(): Promise<void> {
    await Promise.all([...this.#running].filter((one) => one.isCapture).map((one) => one.kill()));
  }

  /** What each instance of the requester says, a second later. */
  reports(): ApplyReport[] {
    return [...this.#applies].map(({ progress }) => {
      progress.tick();
      return progress.report();
    });
  }

  /** Some instance says that its copy is complete. */
  get complete(): boolean {
    return [...this.#applies].some((apply) => apply.progress.report().complete);
  }

  /**
   * What is missing, wrong or left over although no instance reports it; empty when all is well, or an instance reports that it is not.
   * Each instance speaks after a look at its database, which it takes once a second.
   */
  falselyClean(): string[] {
    if (!this.#isClean()) return [];
    const wanted = new Map(this.#wanted());
    const there = new Map([...this.target.documents].map(([id, { fields }]) => [id, textOf(fields)]));
    const ids = [...new Set([...wanted.keys(), ...there.keys()])];
    return ids
      .filter((id) => wanted.get(id) !== there.get(id))
      .map(
        (id) => `${id}: clean, but there is ${there.get(id) ?? 'nothing'} for ${wanted.get(id) ?? 'nothing'}`,
      );
  }

  #isClean(): boolean {
    const checkpoint = this.target.checkpointOf(taskName(TASK));
    const source = this.source.now(taskId(TASK));
    const setAside = this.#listed(this.state) + this.#listed(this.kept);
    return [...this.#applies].some(({ progress }) => {
      progress.seen(checkpoint);
      return isClean({ complete: progress.report().complete, checkpoint, source, setAside });
    });
  }

  #listed(state: MemoryState): number {
    return [...state.documents].filter(([id, { value }]) => id.startsWith('sparksetaside/') && isOpen(value))
      .length;
  }

  #wanted(): [string, string][] {
    return this.#cars()
      .filter(({ fields }) => !fields.Hidden)
      .map(({ id, fields }) => [ravenKey(id), JSON.stringify({ ...fields, Tag: this.script })]);
  }

  /** Ids and values that the copies differ in, for a message; empty when source and target agree. */
  differences(): string[] {
    const wanted = new Map(this.#wanted());
    const failing = new Set([...this.#throwing(), ...this.#refused()]);
    const there = new Map([...this.target.documents].map(([id, { fields }]) => [id, fields]));
    const ids = new Set([...wanted.keys(), ...there.keys()]);
    const left = new Set(this.#left());
    return [...ids]
      .filter((id) => !left.has(id))
      .filter((id) => !(failing.has(id) && isAbsentOrOld(there.get(id), this.script)))
      .filter((id) => wanted.get(id) !== textOf(there.get(id)))
      .map(
        (id) =>
          `${id}: wanted ${wanted.get(id) ?? 'nothing'}, there is ${textOf(there.get(id)) ?? 'nothing'}`,
      );
  }

  /** What is listed as set aside although it should not be, and what should be listed and is not. */
  async misplacedEntries(): Promise<string[]> {
    const [owner, requester] = await Promise.all([this.setAsideAtOwner(), this.setAsideAtRequester()]);
    const throwing = this.#throwing();
    const refused = this.#refused();
    const left = this.#left().filter((id) => !throwing.includes(id));
    const listed = { owner: idsOf(owner), requester: idsOf(requester) };
    // Of a document on which the script throws now, a requester still lists the version before, if it was refused.
    const mayBeRefused = [...refused, ...throwing, ...left];
    return [
      ...throwing.filter((id) => !listed.owner.includes(id)).map((id) => `${id} is not listed at the owner`),
      ...listed.owner.filter((id) => !throwing.includes(id)).map((id) => `${id} is listed at the owner`),
      ...[...refused, ...left]
        .filter((id) => !listed.requester.includes(id))
        .map((id) => `${id} is not listed at the requester`),
      ...listed.requester
        .filter((id) => !mayBeRefused.includes(id))
        .map((id) => `${id} is listed at the requester`),
      ...(owner.retrying ? ['the request to run again is open'] : []),
    ];
  }

  setAsideAtOwner(): Promise<SetAsideList> {
    return listSetAside(this.state, taskName(TASK));
  }

  setAsideAtRequester(): Promise<SetAsideList> {
    return listSetAside(this.kept, taskName(TASK));
  }

  /**
   * The source's database with what the owner keeps in it, to be restored later. Taken as if the witness had not been raised
   * since the last set: a backup between a raise and what is published with it is the window that DESIGN.md says is open.
   * Here it is shut, so that the outcome is exact.
   */
  backupSource(): () => void {
    const said = this.log.backup().messages.map((message) => readHeader(message)?.witness.number ?? 0);
    const image = this.source.backup(said.length > 0 ? Math.max(...said) : undefined);
    const putStateBack = this.state.backup();
    return () => {
      this.source.restore(image);
      putStateBack();
    };
  }

  /** The owner's database is a new one, and so is all that the owner kept in it. */
  replaceSource(): void {
    this.source.replace();
    this.state.clear();
  }

  /** The same at the requester. */
  replaceTarget(): void {
    this.target.replace();
    this.kept.clear();
  }

  /** The requester's database: its copies, and its list of what it did not take. */
  backupTarget(): () => void {
    const putCopiesBack = this.target.backup();
    const putListBack = this.kept.backup();
    return () => {
      putCopiesBack();
      putListBack();
    };
  }

  #cars(): { id: string; fields: Record<string, unknown> }[] {
    return this.source.documents().filter(({ collection }) => collection === 'Cars');
  }

  #throwing(): string[] {
    const throwing = this.#cars().filter(
      ({ fields }) =>
        throwsOn(fields, this.script, this.surroundings) || (fields['TooBig'] && !fields['Hidden']),
    );
    return throwing.map(({ id }) => ravenKey(id));
  }

  #refused(): string[] {
    const offered = this.#cars().filter(
      ({ fields }) => !fields.Hidden && !throwsOn(fields, this.script, this.surroundings),
    );
    return offered.filter(({ fields }) => this.#isRefused(fields)).map(({ id }) => ravenKey(id));
  }

  /** Copies that remain only because the target refuses to delete them. */
  #left(): string[] {
    const failing = new Set([...this.#throwing(), ...this.#refused()]);
    const wanted = new Set(this.#wanted().map(([id]) => id));
    const unwanted = [...this.target.documents].filter(
      ([id, { fields }]) => !wanted.has(id) || (failing.has(id) && fields['Tag'] !== this.script),
    );
    return unwanted.filter(([, { fields }]) => this.#stays(fields)).map(([id]) => id);
  }

  #stays({ Stays }: Record<string, unknown>): boolean {
    return Stays === 'foul' ? !this.surroundings.isFair : Boolean(Stays);
  }

  #isRefused({ Refused }: Record<string, unknown>): boolean {
    return Refused === 'foul' ? !this.surroundings.isFair : Boolean(Refused);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#running].map((running) => running.kill()));
  }

  async #listen(capture: TaskCapture, signal: AbortSignal): Promise<void> {
    for await (const { subject, value } of this.control.watch(
      ownerControlSubjects('Fleet'),
      isObject,
      signal,
    )) {
      if (subject === resyncSubject(TASK)) capture.resyncAsked();
      if (subject === rerunSubject(TASK)) capture.rerunAsked();
      if (subject !== confirmationSubject(TASK) || !isConfirmation(value)) continue;
      capture.confirmed(value);
      await this.source.keepDeletesAfter(capture.progress.settledTo);
    }
  }

  #launch(work: (signal: AbortSignal) => Promise<unknown>, ended: () => void, isCapture = false): Running {
    const stopped = new AbortController();
    const done = work(stopped.signal);
    const running: Running = {
      isCapture,
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

/** Where a document is set aside, the copy of a version before stays, if this generation had made one. */
function isAbsentOrOld(fields: Record<string, unknown> | undefined, script: string): boolean {
  return fields === undefined || fields['Tag'] === script;
}

function isOpen(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !('publishedIn' in value);
}

function textOf(fields: Record<string, unknown> | undefined): string | undefined {
  return fields && JSON.stringify(fields);
}

function idsOf({ documents }: SetAsideList): string[] {
  return documents.map(({ documentId }) => ravenKey(documentId));
}
