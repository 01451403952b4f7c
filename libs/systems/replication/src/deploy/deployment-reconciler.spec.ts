import { expect, it } from '@jest/globals';
import { deployedSubject } from '@nestjs-spark/contracts/internal';
import { MemoryBoard, MemoryState } from '@nestjs-spark/testing';
import { eventually } from '@nestjs-spark/servers/testing';
import { DeploymentReconciler } from './deployment-reconciler.ts';
import { DeploymentStore } from './deployment-store.ts';
import type { DeploymentDocument } from './plan/deployment-document.ts';

const DEPLOYMENT: DeploymentDocument = {
  requester: 'HR',
  engine: 'stream',
  revision: 1,
  target: null,
  tasks: [],
  ended: [],
  deployedAtUtc: '2026-01-01T00:00:00Z',
};

it('A deployment that cannot be read keeps no other from being healed and followed', async () => {
  const state = new MemoryState();
  await state.write('sparkDeployments/Odd', 'SparkDeployments', { requester: 'Odd' }, null);
  await state.write('sparkDeployments/Car', 'Cars', DEPLOYMENT, null);
  await state.write('sparkDeployments/HR', 'SparkDeployments', DEPLOYMENT, null);
  const board = new MemoryBoard();
  const healed: string[] = [];
  const followed: string[] = [];
  const manager = {
    inTurn: (_: string, work: () => Promise<void>) => work(),
    heal: async (requester: string) => void healed.push(requester),
  };
  const stream = { follow: ({ requester }: DeploymentDocument) => void followed.push(requester) };
  const reconciler: DeploymentReconciler = Reflect.construct(DeploymentReconciler, [
    { moduleName: 'Fleet' },
    board,
    new DeploymentStore(state),
    manager,
    stream,
    { whenReady: async () => undefined },
  ]);
  await board.publish(deployedSubject('Fleet', 'Nobody'), { requester: 5 });
  await board.publish(deployedSubject('Fleet', 'Odd'), { requester: 'Odd' });
  await board.publish(deployedSubject('Fleet', 'HR'), { requester: 'HR' });
  const stop = new AbortController();
  const running = reconciler.run(stop.signal);
  await eventually(() => expect([healed, followed]).toEqual([['HR'], ['HR']]));
  stop.abort();
  await running;
});
