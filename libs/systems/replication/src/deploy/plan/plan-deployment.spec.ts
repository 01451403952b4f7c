import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EtlScriptItem } from '@nestjs-spark/contracts';
import { scriptFingerprint } from '@nestjs-spark/contracts/internal';
import { settled, type DeploymentDocument } from './deployment-document.ts';
import { nameScripts } from './name-scripts.ts';
import { countSteps, planDeployment, type WantedDeployment } from './plan-deployment.ts';

const now = new Date('2026-01-02T03:04:05Z');
const seed = Number(process.env.SPARK_TEST_SEED ?? Date.now() % 1_000_000);
const cars = 'loadToCars({ A: this.A });';

function wanted(scripts: EtlScriptItem[], more: Partial<WantedDeployment> = {}): WantedDeployment {
  return {
    requester: 'HR',
    revision: null,
    engine: 'stream',
    target: null,
    scripts: nameScripts(scripts),
    ...more,
  };
}

function deploy(
  current: DeploymentDocument | null,
  scripts: EtlScriptItem[],
  more?: Partial<WantedDeployment>,
) {
  const plan = planDeployment(current, wanted(scripts, more), now);
  return { plan, next: settled(plan.next), counts: countSteps(plan.steps) };
}

const item = (sourceCollection: string, script: string): EtlScriptItem => ({ sourceCollection, script });

describe('the plan of a deployment', () => {
  it('creates what is new and leaves alone what is there already', () => {
    const first = deploy(null, [item('Cars', cars)]);
    expect(first.counts).toEqual({ tasksCreated: 1, tasksUpdated: 0, tasksRemoved: 0 });
    expect(first.next.tasks).toMatchObject([{ name: 'Cars', generation: 1, carriedOut: 1 }]);

    const again = deploy(first.next, [item('Cars', cars)]);
    expect(again.counts).toEqual({ tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 0 });
    expect(again.plan.changed).toBe(false);
    expect(again.plan.next).toEqual(first.next);
  });

  it('reads again what may have loaded from a collection that is not shared any more, and nothing when one more is', () => {
    const loads = nameScripts([item('Cars', "loadToCars({ A: load('brands/1') });")]);
    const plan = (current: DeploymentDocument | null, loadable: string[]) => {
      const scripts = loads.map((script) => ({ ...script, loadable }));
      return planDeployment(current, { ...wanted([]), scripts }, now);
    };
    const first = settled(plan(null, ['brands', 'cars']).next);
    expect(first.tasks).toMatchObject([{ generation: 1, loadable: ['brands', 'cars'] }]);
    const wider = plan(first, ['brands', 'cars', 'people']);
    expect(wider.steps.map(({ action }) => action)).toEqual(['leave']);
    const narrower = plan(settled(wider.next), ['brands', 'cars']);
    expect(narrower.steps.map(({ action, task }) => [action, task.generation])).toEqual([['reset', 2]]);
    expect(plan(settled(narrower.next), ['brands', 'cars']).changed).toBe(false);
  });

  it('reads again only the script that changed', () => {
    const before = deploy(null, [item('Cars', cars), item('Brands', 'loadToBrands(this)')]).next;
    const { plan, counts } = deploy(before, [
      item('Cars', `${cars} // x`),
      item('Brands', 'loadToBrands(this)'),
    ]);
    expect(counts).toEqual({ tasksCreated: 0, tasksUpdated: 1, tasksRemoved: 0 });
    expect(plan.steps.map(({ action, task }) => [action, task.name, task.generation])).toEqual([
      ['update', 'Cars', 2],
      ['reset', 'Cars', 2],
      ['leave', 'Brands', 1],
    ]);
  });

  it('removes what is no longer asked for, and goes on with a higher generation when it comes back', () => {
    const one = deploy(null, [item('Cars', cars)]).next;
    const two = deploy(one, [item('Cars', `${cars} `)]).next;
    const gone = deploy(two, []);
    expect(gone.counts).toEqual({ tasksCreated: 0, tasksUpdated: 0, tasksRemoved: 1 });
    expect(gone.next.tasks).toEqual([]);

    const back = deploy(gone.next, [item('Cars', cars)]);
    expect(back.counts.tasksCreated).toBe(1);
    expect(back.next.tasks[0]?.generation).toBe(3);
    expect(back.next.ended).toEqual([]);
  });

  it('names unnamed scripts by their collection and counts on from the second', () => {
    const named = nameScripts([
      item('Cars', 'a'),
      item('Cars', 'b'),
      { name: 'cars-3', ...item('Cars', 'c') },
      item('Cars', 'd'),
    ]);
    expect(named.map(({ name }) => name)).toEqual(['Cars', 'Cars-2', 'cars-3', 'Cars-4']);
  });

  it('starts every task from the beginning in another engine, without calling that an update', () => {
    const before = deploy(null, [item('Cars', cars)]).next;
    const target = { database: 'SparkHR', urls: ['http://a'] };
    const { plan, counts } = deploy(before, [item('Cars', cars)], { engine: 'etl', target });
    expect(plan.leaves).toBe('stream');
    expect(plan.steps.map(({ action }) => action)).toEqual(['reset']);
    expect(plan.next.tasks[0]).toMatchObject({ generation: 2, carriedOut: 0 });
    expect(counts.tasksUpdated).toBe(0);
  });

  it(`holds for any row of requests (seed ${seed})`, () => {
    const script = fc.record({
      sourceCollection: fc.constantFrom('Cars', 'Brands', 'People'),
      script: fc.constantFrom('a', 'b', 'c'),
    });
    const requests = fc.array(fc.array(script, { maxLength: 4 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(requests, (row) => {
        const highest = new Map<string, number>();
        let current: DeploymentDocument | null = null;
        for (const scripts of row) {
          const names = nameScripts(scripts);
          const { plan, next } = deploy(current, scripts);

          // Applying a plan yields what was asked for.
          expect(next.tasks.map(({ name, fingerprint }) => [name.toLowerCase(), fingerprint])).toEqual(
            names.map((one) => [one.name.toLowerCase(), scriptFingerprint(one.sourceCollection, one.script)]),
          );
          // The same again is nothing.
          const again = planDeployment(next, wanted(scripts), now);
          expect(again.steps.every(({ action }) => action === 'leave')).toBe(true);
          expect(again.changed).toBe(false);
          // Generations never fall, and grow with every creation and every change.
          for (const { action, task } of plan.steps) {
            const before = highest.get(task.name) ?? 0;
            if (action === 'create' || action === 'update') expect(task.generation).toBeGreaterThan(before);
            else expect(task.generation).toBeGreaterThanOrEqual(before);
            highest.set(task.name, Math.max(before, task.generation));
          }
          expect(next.revision).toBeGreaterThanOrEqual(current?.revision ?? 0);
          current = next;
        }
      }),
      { seed, numRuns: 500 },
    );
  });
});
