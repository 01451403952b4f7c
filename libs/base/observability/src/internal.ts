export { applicationVersion } from './about/application-version.ts';
export { ModuleFacts, type ToldFacts } from './about/module-facts.ts';
export { BREAKER_VALUES } from './breakers/breaker-status.ts';
export { sendFeed, sendFeeds, type FeedEnds, type StreamedAnswer } from './events/send-feed.ts';
export * from './index.ts';
export * from './logging/log-for.ts';
export { ROUTE_OPTIONS, withoutRoutes } from './observability.module.ts';
export * from './problems/refusals.ts';
export * from './problems/send-problem.ts';
export * from './problems/to-problem.ts';
export * from './problems/validation-errors.ts';
export { TypedErrorFilter } from './problems/typed-error-filter.ts';
export { onHttpAdapter } from './routes/on-http-adapter.ts';
export * from './routes/platform.ts';
export { ReadsNoFields, refuseFields } from './routes/no-fields.ts';
export {
  invalidFields,
  objectIn,
  readJson,
  readObject,
  type ParseJson,
  tooDeep,
  tooLarge,
  whyNotJson,
} from './routes/broken-body.ts';
export { unknownFields } from './routes/unknown-field.ts';
export { readFields } from './routes/read-fields.ts';
export { decodeBody, isBlank, JSON_FORM, readText, requireForm } from './routes/read-text.ts';
export * from './routes/described.ts';
export { sayReplayed, type Answer } from './routes/say-replayed.ts';
export { joinPaths, routesOf, type ServedRoute } from './routes/served.ts';
export { isReadAtStart, readTogether } from './settings/read-together.ts';
export { SparkRoute, SystemRoute } from './routes/spark-route.ts';
export { methodNotAllowed } from './routes/method-not-allowed.ts';
export { queryOf, readWhole, refuseUnknown, wholeIn, wrong } from './routes/read-query.ts';
export { requestTarget } from './routes/request-target.ts';
