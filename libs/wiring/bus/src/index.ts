export { SparkBus } from './connect/spark-bus.ts';
export { connectEvents, type EventOptions } from './hand-out/connect-events.ts';
export { BusSettingsError, type SparkBusOptions } from './settings/bus-settings.ts';
export { SparkBusModule } from './spark-bus.module.ts';
