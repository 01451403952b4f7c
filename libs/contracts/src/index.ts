export * from './change-set/change-set.ts';
export * from './deployment/etl-script-request.ts';
export * from './names/name.ts';
export * from './names/task-key.ts';
export * from './ports/errors.ts';
export * from './ports/repository.ts';
export * from './problems/problem.ts';
export * from './registry/module-information.ts';
