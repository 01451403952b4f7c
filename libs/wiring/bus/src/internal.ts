export * from './index.ts';
export {
  type BusSettings,
  isRouteBytes,
  readBusSettings,
  ROUTE_BYTES_RULE,
  routeBytes,
} from './settings/bus-settings.ts';
