export * from './index.ts';
export * from './control/control-board.ts';
export * from './lease/lease-keeper.ts';
export { leaseProbe } from './lease/lease-probe.ts';
export * from './log/change-log.ts';
export { ensureStream } from './provision/ensure-stream.ts';
export * from './provision/streams.ts';
export * from './registry/jetstream-module-registry.ts';
export { DurableConsumer, type DurableConsumerOptions } from './retry/durable-consumer.ts';
