import { describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { taskName, type TaskKey } from '@nestjs-spark/contracts';
import type { ChangeSink, StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import type { ApplySupervisor } from '@nestjs-spark/streaming/internal';
import { Declarations, type Declaration } from '../declare/declarations.ts';
import { MemoryLogger } from '@nestjs-spark/testing';
import { DroppedTasks } from './dropped-tasks.ts';

const declared: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'Cars' };
const dropped: TaskKey = { owner: 'Fleet', requester: 'HR', name: 'CarBrands' };
const foreign: TaskKey = { owner: 'Fleet', requester: 'Other', name: 'CarBrands' };

describe('copies of declarations that were dropped', () => {
  it('are removed, and only those', async () => {
    const { forgotten, log } = await settle('remove');
    expect(forgotten).toEqual([dropped]);
    expect(log.said('log')).toEqual([
      'Fleet -> HR: CarBrands is no longer declared; its 3 copies were removed',
    ]);
  });

  it('are named when the store refuses to delete them', async () => {
    const { log } = await settle('remove', [{ id: 'carBrands/1', reason: 'a trigger keeps it' }]);
    expect(log.said('warn')).toEqual([
      'Fleet -> HR: CarBrands: the store refuses to delete 1 of its copies, which are tried again at the next start. The first is "carBrands/1": a trigger keeps it',
    ]);
  });

  it('stay when the module wants to keep them', async () => {
    const { forgotten, log } = await settle('keep');
    expect(forgotten).toEqual([]);
    expect(log.said('log').join()).toContain('kept');
  });
});

async function settle(
  onDrop: 'remove' | 'keep',
  kept: { id: string; reason: string }[] = [],
): Promise<{ forgotten: TaskKey[]; log: MemoryLogger }> {
  const log = new MemoryLogger();
  Logger.overrideLogger(log);
  const forgotten: TaskKey[] = [];
  const there = [{ ...declared, name: 'cars', owner: 'FLEET' }, dropped, foreign];
  const target: Pick<ChangeSink, 'listCheckpoints'> = {
    listCheckpoints: async () =>
      there.map((task) => ({ checkpoint: { name: taskName(task) }, version: '1' }) as StoredCheckpoint),
  };
  const declaration: Declaration = {
    target: Object,
    item: { sourceCollection: 'Cars', script: '' },
    task: { key: declared, collection: 'Cars', fingerprint: '' },
  };
  const forget = async (task: TaskKey): Promise<{ removed: number; kept: typeof kept }> => {
    forgotten.push(task);
    return { removed: 3, kept };
  };
  const declarations = new Declarations([declaration]);
  const apply = { forget } as unknown as ApplySupervisor;
  await new DroppedTasks({ moduleName: 'hr', onDrop }, target, declarations, apply).settle();
  return { forgotten, log };
}
