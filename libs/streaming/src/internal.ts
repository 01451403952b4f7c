export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './task/reports.ts';
export * from './task/tasks.ts';
export { listSetAside, type SetAsideList } from './run/list-set-aside.ts';
export type { SetAsideDocument } from './set-aside/document.ts';
export { KEPT_PER_TASK } from './set-aside/set-aside.ts';
export { SettingAside } from './apply/setting-aside.ts';
