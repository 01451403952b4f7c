export * from './index.ts';
export * from './logging/log-for.ts';
export * from './problems/send-problem.ts';
export * from './problems/to-problem.ts';
export * from './problems/validation-errors.ts';
export { TypedErrorFilter } from './problems/typed-error-filter.ts';
export * from './routes/platform.ts';
export { joinPaths, routesOf, type ServedRoute } from './routes/served.ts';
export { SparkRoute } from './routes/spark-route.ts';
