import { expect, it } from '@jest/globals';
import { MemorySource, MemoryState } from '@nestjs-spark/testing';
import type { ChangeSource } from '@nestjs-spark/contracts/internal';
import { inspectScript, type ScriptInspection } from '@nestjs-spark/etl-script';
import type { CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { Shares } from '../declare/shares.ts';
import { fleetSettings } from '../deploy/fixtures/doubles.ts';
import type { DeploymentStore } from '../deploy/deployment-store.ts';
import type { PreviewScripts } from './preview-scripts.ts';
import { Preview } from './preview.ts';

const CARS = { sourceCollection: 'Cars', script: 'loadToCars({});' };

it('A module that has four previews under way is refused a fifth, and takes nothing from the others', async () => {
  const read = Promise.withResolvers<ScriptInspection>();
  const preview = new Preview(
    fleetSettings,
    { load: async () => [] } as unknown as ChangeSource,
    new MemoryState(),
    { reports: () => [] } as unknown as CaptureSupervisor,
    new Shares([{ collection: 'Cars', with: ['*'] }]),
    { read: async () => null } as unknown as DeploymentStore,
    { inspect: () => read.promise, run: async () => new Map() } as unknown as PreviewScripts,
  );
  const make = (requestingModule: string) =>
    preview.make({ requestingModule, scripts: [CARS], documents: ['cars/1'] });
  const first = ['HR', 'hr', 'HR', 'HR'].map(make);
  await expect(make('Hr')).rejects.toMatchObject({ kind: 'tooMany' });
  first.push(make('Sales'));
  read.resolve(inspectScript({ name: 'Cars', collection: 'Cars', script: CARS.script }));
  expect((await Promise.all(first)).map(({ requestingModule }) => requestingModule)).toContain('Sales');
  await expect(make('HR')).resolves.toMatchObject({ requestingModule: 'HR' });
});

it('A preview gives scripts the fields that are shared, and says which of those that they name are not', async () => {
  const source = new MemorySource();
  source.put('cars/1', { Model: 'Golf', Price: 'canary' });
  source.put('brands/1', { Name: 'VW', Margin: 'canary' }, 'Brands');
  const seen: string[] = [];
  const preview = new Preview(
    fleetSettings,
    source,
    new MemoryState(),
    { reports: () => [] } as unknown as CaptureSupervisor,
    new Shares([
      { collection: 'Cars', with: ['HR'], fields: ['Model'] },
      { collection: 'Brands', with: ['HR'], fields: ['Name'] },
    ]),
    { read: async () => null } as unknown as DeploymentStore,
    {
      inspect: async (one: typeof CARS & { name: string; collection: string }) => inspectScript(one),
      run: async (...[, sample, load]: Parameters<PreviewScripts['run']>) => {
        const documents = sample.flatMap((one) => ('missing' in one ? [] : [one.document]));
        const loaded = await load(['brands/1', 'cars/1']);
        seen.push(...[...documents, ...loaded].map((one) => Buffer.from(one ?? []).toString('utf8')));
        return new Map();
      },
    } as unknown as PreviewScripts,
  );
  const script = 'loadToCars({ Model: this.Model, Price: this.Price });';
  const make = (more: object) =>
    preview.make({ requestingModule: 'HR', scripts: [{ sourceCollection: 'Cars', script }], ...more });
  for (const more of [{ documents: ['cars/1'] }, { sample: 5 }]) {
    const { scripts } = await make(more);
    expect(scripts[0]?.warnings).toEqual([expect.stringMatching(/^`Price` is not shared with HR/)]);
  }
  expect(seen).toHaveLength(6);
  expect(seen.join('')).toContain('Golf');
  expect(seen.join('')).not.toContain('canary');
});
