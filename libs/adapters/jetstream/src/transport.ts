export * from './transport/connect-jetstream.ts';
export * from './transport/jetstream-client.ts';
export { JetStreamContext } from './transport/jetstream-context.ts';
export * from './transport/jetstream-error.filter.ts';
export * from './transport/jetstream-server.ts';
