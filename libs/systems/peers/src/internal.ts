export * from './index.ts';
export { isPeerName, peerStream, replicaName } from './carry/names.ts';
export { peerGrants } from './carry/peer-grants.ts';
export { provisionPeers } from './carry/provision-peers.ts';
