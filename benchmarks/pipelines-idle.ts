import { setTimeout as pause } from 'node:timers/promises';
import { KafkaTopics } from '@nestjs-spark/kafka/internal';
import type { BenchApp } from './support/app.ts';
import { measureCpu, sumOf } from './support/cpu.ts';
import { describeLoad, describeMachine } from './support/machine.ts';
import { residentKiB } from './support/memory.ts';
import { onCluster, startPipeline } from './support/pipeline-nodes.ts';
import { until } from './support/until.ts';

const TOPIC = 'bench-idle';
const AT_ONCE = 16;
const SETTLE_MS = 30_000;
const MEASURE_MS = 60_000;
const LOOK_EVERY_MS = 500;

interface Idle {
  /** Of all nodes. */
  kilobytes: number;
  /** Processor time of all nodes in a second. */
  milliseconds: number;
}

/** What running pipelines cost three nodes while nothing comes: each reads a Kafka topic and would write files. @returns a text */
export function measureIdlePipelines(count: number): Promise<string> {
  return onCluster({ kafka: true }, async ({ apps, servers }) => {
    const topics = new KafkaTopics({ brokers: [servers['KAFKA_BROKERS'] ?? ''] }, 'bench');
    await topics.ensure(TOPIC, { partitions: 1 });
    await topics.close();
    const none = await measure(apps);
    console.error(`no pipelines: ${describe(none)}`);
    const ids = Array.from({ length: count }, (_, n) => `idle-${n}`);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async (_, worker) => {
        for (let n = worker; n < count; n += AT_ONCE)
          await startPipeline(apps[n % apps.length], idle(ids[n] ?? ''));
      }),
    );
    const [first] = apps;
    const running = async () => {
      const response = await fetch(`${first?.url}/metrics`);
      return (await response.text()).match(/^spark_pipeline_state\{[^}]*state="Running"\} 1$/gm)?.length ?? 0;
    };
    await until(async () => (await running()) === count, LOOK_EVERY_MS);
    const all = await measure(apps);
    console.error(`${count} pipelines: ${describe(all)}`);
    const kilobytes = ((all.kilobytes - none.kilobytes) / count).toFixed(0);
    const milliseconds = ((all.milliseconds - none.milliseconds) / count).toFixed(3);
    return `${count.toLocaleString('en')} idle pipelines on ${apps.length} nodes: ${kilobytes} KB of memory (bar: at most 300) and ${milliseconds} ms of processor time a second (bar: at most 0.3) each. ${describeMachine()}, load ${describeLoad()}; NATS and Kafka on this machine.`;
  });
}

const idle = (pipelineId: string) => ({
  pipelineId,
  name: pipelineId,
  source: { type: 'kafka', topic: TOPIC },
  transforms: [{ type: 'filter', condition: 'age > 18' }],
  sink: { type: 'file', path: pipelineId },
});

/** The least memory that they have meanwhile, so that what is not collected yet counts little. */
async function measure(apps: readonly BenchApp[]): Promise<Idle> {
  await pause(SETTLE_MS);
  const cpu = measureCpu(Object.fromEntries(apps.map(({ pid }) => [pid, pid])));
  const begun = performance.now();
  let kilobytes = Infinity;
  while (performance.now() - begun < MEASURE_MS) {
    kilobytes = Math.min(
      kilobytes,
      apps.reduce((sum, { pid }) => sum + residentKiB(pid), 0),
    );
    await pause(LOOK_EVERY_MS);
  }
  const seconds = (performance.now() - begun) / 1_000;
  const used = sumOf(cpu.stop());
  return { kilobytes, milliseconds: (used * 1_000) / seconds };
}

const describe = ({ kilobytes, milliseconds }: Idle): string =>
  `${Math.round(kilobytes / 1024)} MiB, ${milliseconds.toFixed(1)} ms of processor time a second`;
