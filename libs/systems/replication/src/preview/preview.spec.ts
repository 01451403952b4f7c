import { expect, it } from '@jest/globals';
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
