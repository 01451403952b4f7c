import { describe, expect, it } from '@jest/globals';
import type { ModuleCall, ModuleClient } from '@nestjs-spark/modules/internal';
import type { VerifyRecord, VerifySupervisor } from '@nestjs-spark/streaming/internal';
import type { Declarations } from '../declare/declarations.ts';
import type { ReplicationStatus } from '../report/replication-status.ts';
import type { ReplicationSettings } from '../settings/options.ts';
import { OwnerVerifySource } from './owner-verify-source.ts';
import { ReplicationVerify } from './replication-verify.ts';

const TASK = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const RUNNING: VerifyRecord = {
  depth: 'content',
  repair: false,
  state: 'running',
  reason: null,
  startedAt: 0,
  endedAt: null,
  phase: 'documents',
  incarnation: null,
  sourceEtag: null,
  position: 0,
  figures: { checked: 0, equal: 0, missing: 0, stale: 0, ghost: 0, foreign: 0, repaired: 0 },
  examples: [],
  suspects: [],
  open: [],
  repairedGhosts: 0,
};

const verifyOver = (record: VerifyRecord): ReplicationVerify => {
  const supervisor = { begin: async () => record, report: async () => record, stop: async () => {} };
  const status = { tasksOf: () => [{ ...TASK, engine: 'stream' }] };
  return new ReplicationVerify(
    { moduleName: 'HR' } as ReplicationSettings,
    supervisor as unknown as VerifySupervisor,
    {} as Declarations,
    status as unknown as ReplicationStatus,
  );
};

it('says whether the comparison that is under way repairs, whatever was asked for', async () => {
  const { tasks } = await verifyOver(RUNNING).start('Fleet', 'Cars', { repair: true });
  expect(tasks).toEqual([expect.objectContaining({ task: 'Cars', repair: false })]);
});

describe('the end of an application', () => {
  it('ends the waiting for a comparison', async () => {
    const verify = verifyOver(RUNNING);
    const waiting = verify.run('Fleet', 'Cars');
    await verify.beforeApplicationShutdown();
    await expect(waiting).rejects.toThrow(/aborted/);
  });

  it('gives up what an owner was asked for a comparison', async () => {
    const calls: ModuleCall[] = [];
    const client = {
      call: async (call: ModuleCall) => {
        calls.push(call);
        return { kind: 'unreachable', reason: 'given up' };
      },
    };
    const source = new OwnerVerifySource(client as unknown as ModuleClient);
    const { signal } = new AbortController();
    await expect(source.page(TASK, 1, 'content', signal)).rejects.toThrow('given up');
    await expect(source.documents(TASK, ['cars/1'], signal)).rejects.toThrow('given up');
    expect(calls.map((call) => call.signal)).toEqual([signal, signal]);
  });
});
