export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './run/reports.ts';
export * from './run/tasks.ts';
export { listSetAside, type SetAsideList } from './set-aside/list-set-aside.ts';
export type { SetAsideDocument } from './set-aside/document.ts';
export { KEPT_PER_TASK } from './set-aside/set-aside.ts';
