import { taskOf } from '@nestjs-spark/contracts';
import type { ChangeSink, StateStore, StoredCheckpoint } from '@nestjs-spark/contracts/internal';
import { SettingAside } from '@nestjs-spark/streaming/internal';
import { SILENT } from './silent.ts';

/** Takes away what older generations left, as a task does once a generation is complete. */
export function sweep(
  target: ChangeSink,
  state: StateStore,
  stored: StoredCheckpoint,
): Promise<StoredCheckpoint> {
  return settingAside(target, state, stored.checkpoint.name).sweep(stored);
}

/** The sink of the task of this name, which sets aside what the target refuses. */
export function settingAside(target: ChangeSink, state: StateStore, name: string): SettingAside {
  const task = taskOf(name);
  if (!task) throw new Error(`${name} is not the name of a task`);
  return new SettingAside(task, target, state, SILENT, { refusedAfterMs: [1] });
}
