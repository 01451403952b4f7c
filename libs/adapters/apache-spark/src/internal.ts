export * from './index.ts';
export { arrowOfBlocks, arrowOfTexts, blocksOf, textsOf, type Block } from './connect/blocks.ts';
export { collect, type Execution } from './connect/collect.ts';
export type { ExecuteResponse, Plan, Relation } from './connect/messages.ts';
export { uuidOf } from './connect/operation-id.ts';
export {
  literal,
  localData,
  mappedInOneTask,
  namedView,
  rowsAsJson,
  selected,
  sqlCommand,
  type PythonFunction,
} from './connect/plan.ts';
export { runningTasks } from './look/running-tasks.ts';
export { Master, SubmissionRefusedError, type DriverStatus, type MasterAddress } from './submit/master.ts';
