export { connectEvents, type EventOptions } from './hand-out/connect-events.ts';
export { SparkEventsModule } from './hand-out/spark-events.module.ts';
