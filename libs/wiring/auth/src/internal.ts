export * from './index.ts';
export { TrailInUse } from '@nestjs-spark/modules/internal';
export { ApiController } from './admit/api-controller.ts';
export { OPERATOR } from './recognize/api-caller.ts';
export { expiresAt } from './recognize/expiry.ts';
export { readTokens } from './settings/read-tokens.ts';
export { LiveReader, type LiveProtocol } from './live/live-reader.ts';
export { LiveServer, type LiveServerParts } from './live/live-server.ts';
