export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './run/reports.ts';
export * from './run/tasks.ts';
export type { SetAsideDocument } from './transform/set-aside.ts';
