export * from './index.ts';
export * from './run/apply-supervisor.ts';
export * from './run/capture-supervisor.ts';
export * from './task/reports.ts';
export * from './task/tasks.ts';
export { confinedLoader } from './transform/confined-loader.ts';
export { forgetCopies } from './apply/forget-copies.ts';
export { SettingAside } from './apply/setting-aside.ts';
export * from './run/verify-supervisor.ts';
export { hasMark, markOf, readContent } from './verify/copy-content.ts';
export { Expectations } from './verify/expectations.ts';
export {
  isExpected,
  isExpectedPage,
  MOST_DOCUMENTS,
  type Depth,
  type Expected,
  type ExpectedPage,
  type VerifySource,
} from './verify/expected.ts';
export type { FindingKind } from './verify/judge-copy.ts';
export type { VerifySchedule } from './verify/task-verify.ts';
export type { VerifyFigures, VerifyRecord, VerifyWish } from './verify/verify-record.ts';
