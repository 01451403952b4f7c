import { Module } from '@nestjs/common';
import { SparkAuthModule } from '@nestjs-spark/auth';
import { SparkProblemModule } from '@nestjs-spark/observability';
import { SparkPeersModule } from '@nestjs-spark/peers';
import { SparkStoreModule } from '@nestjs-spark/store';
import { Board } from './boards/board.ts';
import { BoardsController } from './boards/boards.controller.ts';
import { Draft } from './drafts/draft.ts';
import { DraftsController } from './drafts/drafts.controller.ts';
import { peersFromEnvironment } from './environment.ts';
import { Note } from './notes/note.ts';
import { NotesController } from './notes/notes.controller.ts';
import { TalliesController } from './tallies/tallies.controller.ts';
import { Tally } from './tallies/tally.ts';
import { StrictRequestsModule } from '../shared/rest/strict-requests.module.ts';

@Module({
  imports: [
    SparkProblemModule,
    SparkAuthModule.forRoot(),
    StrictRequestsModule,
    SparkStoreModule.forRoot(),
    SparkPeersModule.forRoot(peersFromEnvironment(process.env)),
    SparkStoreModule.forFeature([Note, Board, Tally, Draft]),
  ],
  controllers: [NotesController, BoardsController, TalliesController, DraftsController],
})
export class NotesModule {}
