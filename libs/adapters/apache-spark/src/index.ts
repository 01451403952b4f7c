export { readConnectAddress, type ConnectAddress } from './connect/address.ts';
export { ApacheSparkError, type ApacheSparkErrorKind } from './connect/errors.ts';
export { ConnectClient, type ConnectSession } from './connect/connect-client.ts';
