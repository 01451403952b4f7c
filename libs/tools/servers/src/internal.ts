export * from './index.ts';
export { freePort, isFree } from './run/free-port.ts';
