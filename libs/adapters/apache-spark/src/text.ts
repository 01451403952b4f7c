export { readConnectAddress, type ConnectAddress } from './connect/address.ts';
export { isSecretName, OWN_PROPERTIES } from './submit/application.ts';
