import { Connections, EmbeddedPipelines, readDefinition } from '@nestjs-spark/pipelines/embedded';
import { measureFlow } from './flow.ts';

await measureFlow(async ({ brokers, url, topic, table, records, perBatch, transforms, folder }) => {
  const definition = readDefinition(`
pipelineId: ${table.replaceAll('_', '-')}
name: Bench
source: { type: kafka, topic: ${topic} }
transforms: ${JSON.stringify(transforms)}
sink: { type: postgres, table: ${table} }
batch: { maxRecords: ${perBatch} }
`);
  const connections = new Connections([
    { name: 'default', type: 'kafka', settings: { brokers } },
    { name: 'default', type: 'postgres', settings: { url } },
  ]);
  const pipelines = new EmbeddedPipelines({ folder, files: folder, connections, print: console.error });
  const read = new AbortController();
  await pipelines.run(definition, {
    from: 'beginning',
    signal: read.signal,
    onProgress: (totals) => totals.read >= records && read.abort(),
  });
  await pipelines.close();
});
