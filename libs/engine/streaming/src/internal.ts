export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export { CARRIED_BY, type CarriedBy } from '@nestjs-spark/runtime/internal';
export * from './task/reports.ts';
export * from './task/tasks.ts';
export { loadShared } from './transform/load-shared.ts';
export { SettingAside } from './apply/setting-aside.ts';
