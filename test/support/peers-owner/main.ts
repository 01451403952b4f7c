// A replica of the notes that also lets HR copy them.
import { join } from 'node:path';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { SparkProblemModule } from '@nestjs-spark/observability';
import { SparkPeersModule } from '@nestjs-spark/peers';
import { Shared, SparkReplicationModule } from '@nestjs-spark/replication';
import { SparkStoreModule } from '@nestjs-spark/store';
import { launch } from '../../../apps/shared/launch.ts';

class SharedNotes {
  readonly document = 'a note';
}
Shared({ collection: 'Notes', with: ['HR'] })(SharedNotes);

class Root {
  readonly description = 'replicas that others copy from';
}

await launch(async () => {
  const notes = join(import.meta.dirname, '../../../dist/apps/notes/notes');
  const { Note } = (await import(join(notes, 'note.js'))) as { Note: Type };
  const { NotesController } = (await import(join(notes, 'notes.controller.js'))) as { NotesController: Type };
  const { SPARK_PEERS_SERVICE: service = '', SPARK_PEERS_NODE: nodeId = '' } = process.env;
  Module({
    imports: [
      SparkProblemModule,
      SparkStoreModule.forRoot(),
      SparkPeersModule.forRoot({ service, nodeId, moduleName: 'Notes' }),
      SparkReplicationModule.forRoot(),
      SparkStoreModule.forFeature([Note]),
      SparkReplicationModule.forFeature([SharedNotes]),
    ],
    controllers: [NotesController],
  })(Root);
  const app = await NestFactory.create(Root, { abortOnError: false });
  app.enableShutdownHooks();
  await app.listen(Number(process.env['PORT']));
}, {});
