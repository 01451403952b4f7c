export { readConnectAddress, type ConnectAddress } from './connect/address.ts';
