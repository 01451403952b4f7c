export * from './index.ts';
export { type BusSettings, readBusSettings } from './settings/bus-settings.ts';
