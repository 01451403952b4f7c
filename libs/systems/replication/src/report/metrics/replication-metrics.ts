import { Injectable, type OnModuleInit } from '@nestjs/common';
import { MetricsRegistry } from '@nestjs-spark/observability';
import { ApplySupervisor, CaptureSupervisor } from '@nestjs-spark/streaming/internal';
import { Counter, Gauge } from 'prom-client';
import { RequestStatus } from '../../request/request-status.ts';
import { DeadLetters } from '../dead-letters/dead-letters.ts';
import { Incoming } from '../status/incoming.ts';
import { TASK_METRICS, type MetricDefinition, type MetricSources, type Sample } from './task-samples.ts';

/** Adds replication to `/metrics`. Everything is read on each scrape, so the data path has no overhead. */
@Injectable()
export class ReplicationMetrics implements OnModuleInit {
  constructor(
    private readonly metrics: MetricsRegistry,
    private readonly incoming: Incoming,
    private readonly requests: RequestStatus,
    private readonly deadLetters: DeadLetters,
    private readonly apply: ApplySupervisor,
    private readonly capture: CaptureSupervisor,
  ) {}

  onModuleInit(): void {
    for (const metric of TASK_METRICS) this.register(metric, () => metric.read(this.sources()));
    this.register(
      {
        name: 'spark_replication_dead_letters',
        help: 'Dead letters of this module that need attention.',
        type: 'gauge',
        labelNames: [],
      },
      async () => [{ labels: {}, value: await this.deadLetters.count() }],
    );
  }

  private sources(): MetricSources {
    return {
      incoming: this.incoming.tasks(),
      applied: this.apply.reports(),
      captured: this.capture.reports(),
      requests: this.requests.all(),
    };
  }

  private register(definition: MetricDefinition, read: () => Sample[] | Promise<Sample[]>): void {
    const { name, help, labelNames } = definition;
    const shape = { name, help, labelNames, registers: [this.metrics.registry] };
    if (definition.type === 'gauge') {
      const gauge = new Gauge({
        ...shape,
        collect: async () => {
          const samples = await read();
          gauge.reset();
          for (const { labels, value } of samples) gauge.set(labels, value);
        },
      });
    } else {
      const counter = new Counter({
        ...shape,
        collect: async () => {
          const samples = await read();
          counter.reset();
          for (const { labels, value } of samples) counter.inc(labels, value);
        },
      });
    }
  }
}
