import type { SparkBus } from '@nestjs-spark/bus';
import { logFor } from '@nestjs-spark/observability/internal';
import { FilesFolder } from '../connect/files-folder.ts';
import { PipelinesNode } from '../own/pipelines-node.ts';
import { readConnections } from '../settings/read-connections.ts';
import { PipelinesSettingsError, type PipelinesSettings } from '../settings/settings.ts';
import { EmbeddedShards, LocalRouter } from '../shard/embedded-shards.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { MemoryBoard } from '../store/memory-board.ts';

/** Puts a process's pipelines together, embedded or on JetStream. */
export async function openNode(settings: PipelinesSettings, bus?: SparkBus): Promise<PipelinesNode> {
  const connections = await readConnections(settings.connections, settings.secrets, process.env);
  const log = logFor('SparkPipelines');
  const print = logFor('PipelineLog');
  const around = {
    files: new FilesFolder(settings.files),
    connections,
    print: (line: string) => print.log(line),
  };
  if (settings.mode === 'cluster' && !bus)
    throw new PipelinesSettingsError([
      'the mode cluster needs the connection to NATS: import SparkBusModule.forRoot() beside SparkPipelinesModule',
    ]);
  const store = openEmbeddedStore(settings.folder);
  return new PipelinesNode({
    store,
    shards: new EmbeddedShards(store.letters, settings.node),
    router: new LocalRouter(),
    board: new MemoryBoard(),
    around,
    log,
  });
}
