export * from './index.ts';
export {
  keyIdOf,
  makeKeyFile,
  ModuleIdentity,
  parseAnswer,
  readKeyFiles,
  sendSigned,
  whyNoAnswer,
  type KeyView,
} from '@nestjs-spark/modules/internal';
export type { PreviewedDocument, PreviewedScript, PreviewResult } from './preview/preview-result.ts';
export type { RetriedTask, SetAsideItem, SetAsideView } from './set-aside/set-aside-result.ts';
