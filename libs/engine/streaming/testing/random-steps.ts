import fc from 'fast-check';
import { HOSTILE, HostilePeer } from './hostile-peer.ts';
import type { Running, Simulation } from './simulation.ts';

/**
 * Why a document is set aside: its script throws, or the log or the target refuses its copy or its deletion; always, or only
 * sometimes.
 */
const TROUBLES = [
  { Throws: true },
  { Throws: 'odd' },
  { Throws: 'foul' },
  { Refused: true },
  { TooBig: true },
  { Refused: 'foul' },
  { Stays: true },
  { Stays: 'foul' },
];

const PLAIN = [
  'kill-capture',
  'kill-apply',
  'second-capture',
  'second-apply',
  'append-stored-unanswered',
  'append-not-stored',
  'purge-log',
  'recreate-log',
  'break-readers',
  'backup-log',
  'restore-log',
  'lose-control',
  'backup-source',
  'restore-source',
  'backup-target',
  'restore-target',
  'clean-tombstones',
  'lose-tombstones',
  'change-script',
  'turn-surroundings',
  'turn-naming',
  'turn-silence',
  'source-away',
  'target-away',
  'all-up',
  'replace-source',
  'replace-target',
  'replace-both',
  'settle',
] as const;

/** Ends of ids, including what a store may fold, cut or stumble over. */
const NAMES = ['1', '2', '3', '4', 'Ä', 'ß', 'ΟΔΟΣ', 'İ', '😀', 'a b', 'é'];
const anyId = fc.nat(NAMES.length - 1);
const nameOf = (n: number): string => NAMES[n] ?? `none-${n}`;

const put = fc.record({
  kind: fc.constant('put' as const),
  id: anyId,
  v: fc.nat(99),
  hidden: fc.boolean(),
  trouble: fc.option(fc.constantFrom(...TROUBLES), { freq: 2 }),
});
const remove = fc.record({ kind: fc.constant('delete' as const), id: anyId });
const move = fc.record({ kind: fc.constant('move' as const), id: anyId });
/** Some by name, existing or not; or, with null, all of them. */
const retry = fc.record({
  kind: fc.constant('retry' as const),
  ids: fc.option(fc.uniqueArray(fc.nat(NAMES.length + 2), { maxLength: 4 })),
});
const plain = fc.record({ kind: fc.constantFrom(...PLAIN) });

const hostile = fc.record({
  kind: fc.constant('hostile' as const),
  how: fc.constantFrom(...HOSTILE),
  pick: fc.nat(999),
});

const anyStep = fc.oneof({ weight: 5, arbitrary: put }, remove, move, retry, hostile, {
  weight: 4,
  arbitrary: plain,
});

export type Step = typeof anyStep extends fc.Arbitrary<infer T> ? T : never;

export const anySteps = fc.array(anyStep, { minLength: 5, maxLength: 60 });

export const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 3));

/** Performs steps on a simulation that has one instance of each side running. */
export class Stepper {
  readonly #simulation: Simulation;
  readonly #captures: Running[];
  readonly #applies: Running[];
  readonly #hostile: HostilePeer;
  #restoreSource: () => void;
  #restoreTarget: () => void;
  #logBackup: ReturnType<Simulation['log']['backup']>;
  #scripts = 1;
  /** What failed may have depended on more than its document and its script: only a rerun tells. */
  needsRerun = false;

  constructor(simulation: Simulation) {
    this.#simulation = simulation;
    this.#hostile = new HostilePeer(simulation);
    this.#captures = [simulation.startCapture()];
    this.#applies = [simulation.startApply()];
    this.#restoreSource = simulation.backupSource();
    this.#restoreTarget = simulation.backupTarget();
    this.#logBackup = simulation.log.backup();
  }

  allUp(): void {
    this.#simulation.source.isAway = false;
    this.#simulation.target.isAway = false;
  }

  async take(step: Step): Promise<void> {
    const { source, log, target, surroundings } = this.#simulation;
    switch (step.kind) {
      case 'put': {
        const { id, v, hidden, trouble } = step;
        source.put(`Cars/${spelled(id, 'İΣ\u212a')}`, { V: v, ...(hidden && { Hidden: true }), ...trouble });
        return;
      }
      case 'delete':
        return source.delete(`cars/${spelled(step.id, 'İσk')}`);
      case 'move':
        return source.put(`cars/${spelled(step.id, 'İΣk')}`, { V: 'elsewhere' }, 'Vans');
      case 'retry':
        return this.#simulation.askRerun(step.ids?.map((n) => `CARS/${spelled(n, 'İσ\u212a')}`) ?? null);
      case 'hostile':
        await this.#hostile.act(step.how, step.pick);
        return;
      case 'kill-capture':
        await this.#captures.shift()?.kill();
        this.#captures.push(this.#simulation.startCapture());
        return;
      case 'kill-apply':
        await this.#applies.shift()?.kill();
        this.#applies.push(this.#simulation.startApply());
        return;
      case 'second-capture':
        if (this.#captures.length < 2) this.#captures.push(this.#simulation.startCapture());
        return;
      case 'second-apply':
        if (this.#applies.length < 2) this.#applies.push(this.#simulation.startApply());
        return;
      case 'append-stored-unanswered':
        log.fault = 'stored-unanswered';
        return;
      case 'append-not-stored':
        log.fault = 'not-stored';
        return;
      case 'purge-log':
        return log.purge();
      case 'recreate-log':
        return log.recreate();
      case 'break-readers':
        return log.breakReaders();
      case 'backup-log':
        this.#logBackup = log.backup();
        return;
      case 'restore-log':
        return log.restore(this.#logBackup);
      case 'lose-control':
        return this.#simulation.control.lose();
      case 'backup-source':
        this.#restoreSource = this.#simulation.backupSource();
        return;
      case 'restore-source':
        return this.#restoreSource();
      case 'backup-target':
        this.#restoreTarget = this.#simulation.backupTarget();
        return;
      case 'restore-target':
        return this.#restoreTarget();
      case 'clean-tombstones':
        return source.cleanTombstones();
      case 'lose-tombstones':
        return source.loseTombstones();
      case 'change-script':
        return this.#simulation.changeScript(`v${++this.#scripts}`);
      case 'turn-surroundings':
        surroundings.isFair = !surroundings.isFair;
        this.needsRerun = true;
        return;
      case 'turn-naming':
        target.namesRefused = !target.namesRefused;
        return;
      case 'turn-silence':
        target.isSilent = !target.isSilent;
        return;
      case 'source-away':
        source.isAway = true;
        return;
      case 'target-away':
        target.isAway = true;
        return;
      case 'all-up':
        return this.allUp();
      case 'replace-source':
        return this.#simulation.replaceSource();
      case 'replace-target':
        return this.#simulation.replaceTarget();
      case 'replace-both':
        this.#simulation.replaceSource();
        return this.#simulation.replaceTarget();
      case 'settle':
        return settle();
    }
  }
}

/** Every other document has letters in its id that RavenDB and JavaScript lower-case differently. */
function spelled(n: number, letters: string): string {
  return n % 2 === 0 ? nameOf(n) : `${letters}${nameOf(n)}`;
}
