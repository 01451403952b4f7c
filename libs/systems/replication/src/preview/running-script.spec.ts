import { expect, it } from '@jest/globals';
import { scriptFingerprint, type ChangeSource } from '@nestjs-spark/contracts/internal';
import { inspectScript } from '@nestjs-spark/etl-script';
import type { CaptureReport, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { MemoryState } from '@nestjs-spark/testing';
import { Shares } from '../declare/shares.ts';
import { fleetSettings } from '../deploy/fixtures/doubles.ts';
import type { DeploymentStore } from '../deploy/deployment-store.ts';
import type { PreviewScripts } from './preview-scripts.ts';
import { Preview } from './preview.ts';

const CARS = { sourceCollection: 'Cars', script: 'loadToCars({});' };

/** What is recorded, what the captures report (`requester/task` and the generation), and what a preview has to report. */
it.each<[string, number | null, [string, number][], { generation: number; same: boolean } | null]>([
  ['nothing runs', null, [], null],
  ['nothing of this module runs', null, [['Sales/Cars', 4]], null],
  ['it was deployed, and no capture knows about it yet', 1, [], { generation: 1, same: true }],
  ['as it was deployed', 1, [['HR/Cars', 1]], { generation: 1, same: true }],
  ['after a resync', 2, [['HR/Cars', 3]], { generation: 3, same: true }],
  ['after many', 1, [['HR/Cars', 40]], { generation: 40, same: true }],
  [
    'it was deployed again, and the capture has not followed',
    3,
    [['HR/Cars', 2]],
    { generation: 3, same: true },
  ],
  ['its capture has not read its position yet', 2, [['HR/Cars', 0]], { generation: 2, same: true }],
  [
    'another module’s is further',
    1,
    [
      ['Sales/Cars', 9],
      ['HR/Cars', 2],
    ],
    { generation: 2, same: true },
  ],
  [
    'another task is further',
    1,
    [
      ['HR/Vans', 9],
      ['HR/Cars', 2],
    ],
    { generation: 2, same: true },
  ],
  ['only another task runs', 1, [['HR/Vans', 9]], { generation: 1, same: true }],
  ['the names are in other capitals', 1, [['hr/CARS', 5]], { generation: 5, same: true }],
  ['it is another script', -1, [['HR/Cars', 5]], { generation: 5, same: false }],
])('A preview says which generation runs: %s', async (_what, deployed, captured, running) => {
  const reports = captured.map(([key, generation]) => {
    const [requester = '', name = ''] = key.split('/');
    return { task: { owner: 'Fleet', requester, name }, generation } as CaptureReport;
  });
  const task = {
    name: 'Cars',
    collection: 'Cars',
    script: CARS.script,
    generation: Math.abs(deployed ?? 0),
    fingerprint: deployed === -1 ? 'other' : scriptFingerprint('Cars', CARS.script),
  };
  const preview = new Preview(
    fleetSettings,
    { load: async () => [] } as unknown as ChangeSource,
    new MemoryState(),
    { reports: () => reports } as unknown as CaptureSupervisor,
    new Shares([{ collection: 'Cars', with: ['*'] }]),
    {
      read: async () => (deployed === null ? null : { value: { engine: 'stream', tasks: [task] } }),
    } as unknown as DeploymentStore,
    {
      inspect: async (one: typeof CARS & { name: string; collection: string }) => inspectScript(one),
      run: async () => new Map(),
      runDeployed: async () => new Map(),
    } as unknown as PreviewScripts,
  );
  const { scripts } = await preview.make({ requestingModule: 'HR', scripts: [CARS], documents: ['cars/1'] });
  expect(scripts[0]?.running).toEqual(running);
});
