import type { SparkBus } from '@nestjs-spark/bus';
import { JsonRequests } from '@nestjs-spark/jetstream/internal';
import { logFor } from '@nestjs-spark/observability/internal';
import { FilesFolder } from '../connect/file/files-folder.ts';
import { PipelinesNode, type PipelinesNodeParts } from '../own/pipelines-node.ts';
import { readConnections } from '../settings/read-connections.ts';
import { PipelinesSettingsError, type PipelinesSettings } from '../settings/settings.ts';
import { JetStreamRouter } from '../shard/jetstream-router.ts';
import { JetStreamShards } from '../shard/jetstream-shards.ts';
import { EmbeddedShards, LocalRouter } from '../shard/embedded-shards.ts';
import { openEmbeddedStore } from '../store/embedded-store.ts';
import { JetStreamBoard } from '../store/jetstream-board.ts';
import { openJetStreamStore } from '../store/jetstream-store.ts';
import { isRunStatus } from '../project/view.ts';
import { PLACE } from '../store/place.ts';
import { MemoryBoard } from '../store/memory-board.ts';

/** Assembles the pipelines of a process, embedded or on JetStream. */
export async function openNode(settings: PipelinesSettings, bus?: SparkBus): Promise<PipelinesNode> {
  const connections = await readConnections(settings.connections, settings.secrets, process.env);
  const log = logFor('SparkPipelines');
  const print = logFor('PipelineLog');
  const around = {
    files: new FilesFolder(settings.files),
    connections,
    print: (line: string) => print.log(line),
    warn: (text: string) => log.warn(text),
  };
  const parts = settings.mode === 'cluster' ? onJetStream(settings, bus) : embedded(settings);
  return new PipelinesNode({ ...parts, around, log });
}

type Parts = Pick<PipelinesNodeParts, 'store' | 'shards' | 'router' | 'board'>;

function embedded({ folder, node }: PipelinesSettings): Parts {
  const store = openEmbeddedStore(folder);
  const shards = new EmbeddedShards(store.letters, node);
  return { store, shards, router: new LocalRouter(), board: new MemoryBoard() };
}

function onJetStream({ node, nodeTtlMs: ttlMs }: PipelinesSettings, bus: SparkBus | undefined): Parts {
  if (!bus)
    throw new PipelinesSettingsError([
      'the mode cluster needs the connection to NATS: import SparkBusModule.forRoot() beside SparkPipelinesModule',
    ]);
  const { connection } = bus;
  const shards = new JetStreamShards({ connection, node, ttlMs, log: logFor('PipelineShards') });
  const requests = new JsonRequests(connection, logFor('PipelineCommands'));
  return {
    store: openJetStreamStore(connection),
    shards,
    router: new JetStreamRouter(requests, (shard) => shards.ownerEpoch(shard)),
    board: new JetStreamBoard(connection, logFor('PipelineStatus'), PLACE, isRunStatus),
  };
}
