export * from './index.ts';
export { replicationGrants, type Route } from './connect/bus-grants.ts';
export { ModuleIdentity, parseAnswer, sendSigned, whyNoAnswer } from '@nestjs-spark/modules/internal';
export type { PreviewedDocument, PreviewedScript, PreviewResult } from './preview/preview-result.ts';
export type { RetriedTask, SetAsideItem, SetAsideView } from './set-aside/set-aside-result.ts';
