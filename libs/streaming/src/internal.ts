export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './run/reports.ts';
export * from './run/tasks.ts';
export { listSetAside, type SetAsideList } from './retry/list-set-aside.ts';
export { KEPT_PER_TASK, type SetAsideDocument } from './transform/set-aside.ts';
