export { SparkBus } from './connect/spark-bus.ts';
export { BusSettingsError, type SparkBusOptions } from './settings/bus-settings.ts';
export { SparkBusModule } from './spark-bus.module.ts';
export type { NatsCredentials, NatsSecurity, NatsTls } from '@nestjs-spark/jetstream';
