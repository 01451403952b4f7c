export * from './index.ts';
export {
  type BusSettings,
  faultOf,
  isRouteBytes,
  readBusSettings,
  ROUTE_BYTES_RULE,
  routeBytes,
} from './settings/bus-settings.ts';
export { hasCredentials, NATS_OPTIONS, natsSecurity } from './settings/nats-security.ts';
