import { describe, expect, it } from '@jest/globals';
import { Shares } from '../../declare/shares.ts';
import type { DeployedTask, DeploymentDocument } from './deployment-document.ts';
import { underShares } from './deployment-document.ts';
import { isOfReading, readingOf } from './reading.ts';

const shares = (...collections: string[]) =>
  new Shares(collections.map((collection) => ({ collection, with: ['HR'] })));
const LOADS = { collection: 'Cars', script: 'loadToCars({ Brand: load(this.brand).Name });' };
const PLAIN = { collection: 'Cars', script: 'loadToCars(this);' };

function deployed(task: typeof LOADS, now: Shares): DeploymentDocument {
  const one: DeployedTask = { ...task, name: 'Cars', fingerprint: '', generation: 1, carriedOut: 1 };
  const document: DeploymentDocument = {
    requester: 'HR',
    engine: 'stream',
    revision: 1,
    target: null,
    tasks: [one],
    ended: [],
    deployedAtUtc: '',
  };
  return under(document, now);
}

const under = (document: DeploymentDocument, now: Shares): DeploymentDocument =>
  underShares(document, (task) => readingOf(now, 'HR', task));
const generationOf = ({ tasks }: DeploymentDocument) => tasks[0]?.generation;

describe('copies that were made with what a script may load', () => {
  const before = deployed(LOADS, shares('Cars', 'Brands', 'People'));

  it('are made again when one of these collections is no longer shared', () => {
    const after = under(before, shares('People', 'Cars'));
    expect(generationOf(after)).toBe(2);
    expect(under(after, shares('Cars', 'People'))).toBe(after);
    expect(generationOf(under(after, shares('Cars')))).toBe(3);
  });

  it('stay when one more is shared, which counts from then on', () => {
    const wider = under(before, shares('Cars', 'Brands', 'People', 'Vans'));
    expect(generationOf(wider)).toBe(1);
    expect(generationOf(under(wider, shares('Cars', 'Brands', 'People')))).toBe(2);
  });

  it('stay whatever is shared, if the script loads nothing or an earlier version wrote it down', () => {
    expect(under(deployed(PLAIN, shares('Cars', 'Brands')), shares('Cars')).tasks).toMatchObject([
      { generation: 1 },
    ]);
    const [{ loadable: _, ...task }] = before.tasks as [DeployedTask];
    const earlier = under({ ...before, tasks: [task] }, shares('Cars'));
    expect(earlier.tasks).toMatchObject([{ generation: 1, loadable: ['cars'] }]);
  });

  it('are carried on by an instance with the same shares, and what an earlier version wrote down by any', () => {
    const [task] = before.tasks as [DeployedTask];
    const here = (now: Shares) => readingOf(now, 'HR', task);
    expect(isOfReading(task, here(shares('brands', 'cars', 'people')))).toBe(true);
    for (const other of [shares('Cars', 'Brands'), shares('Cars', 'Brands', 'People', 'Vans')]) {
      expect(isOfReading(task, here(other))).toBe(false);
      const { loadable: _, ...earlier } = task;
      expect(isOfReading(earlier, here(other))).toBe(true);
    }
  });
});
