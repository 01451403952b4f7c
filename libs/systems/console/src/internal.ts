export * from './index.ts';
export type { ConsoleState, CopyPhase, CopyState, ModuleState, Reason } from './ask/state.ts';
