export { ArrivalHandlers } from './arrivals/arrival-handlers.ts';
export * from './index.ts';
export { REPLICATION_OPTIONS } from './settings/resolve-settings.ts';
export { replicationGrants, type Route } from './connect/bus-grants.ts';
export {
  keyIdOf,
  makeKeyFile,
  ModuleIdentity,
  parseAnswer,
  readBounded,
  readKeyFiles,
  sendSigned,
  whyNoAnswer,
  type KeyView,
} from '@nestjs-spark/modules/internal';
export type { PreviewedDocument, PreviewedScript, PreviewResult } from './preview/preview-result.ts';
export type { RetriedTask, SetAsideItem, SetAsideView } from './set-aside/set-aside-result.ts';
export { BusInUse } from './connect/bus-in-use.ts';
export { Declarations, type Declaration } from './declare/declarations.ts';
export { Shares } from './declare/shares.ts';
export { COMMAND_BUS, type CommandBus, type Delivery } from './request/command-bus.ts';
export { DeployCommands } from './request/deploy-commands.ts';
export { DeployHandler } from './request/deploy-handler.ts';
