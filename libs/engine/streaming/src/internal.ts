export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './task/reports.ts';
export * from './task/tasks.ts';
export { confinedLoader } from './transform/confined-loader.ts';
export { forgetCopies } from './apply/forget-copies.ts';
export { SettingAside } from './apply/setting-aside.ts';
