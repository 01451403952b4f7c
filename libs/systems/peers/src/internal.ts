export * from './index.ts';
export { isPeerName, peerStream, replicaName } from './carry/names.ts';
