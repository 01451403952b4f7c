import { Global, Module } from '@nestjs/common';
import { JetStreamClient } from '@nestjs-spark/jetstream/transport';
import { SparkBus } from '../connect/spark-bus.ts';

/** Provides `JetStreamClient`, which sends events and requests over the application's bus. Import it beside `SparkBusModule.forRoot()`. */
@Global()
@Module({
  providers: [
    {
      provide: JetStreamClient,
      inject: [SparkBus],
      useFactory: ({ connection }: SparkBus) => new JetStreamClient({ connection }),
    },
  ],
  exports: [JetStreamClient],
})
export class SparkEventsModule {}
