export * from './index.ts';
export * from './logging/log-for.ts';
export * from './problems/send-problem.ts';
export * from './problems/to-problem.ts';
export * from './problems/validation-errors.ts';
