import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { RemoteReads } from '@nestjs-spark/peers';
import { InjectRepository } from '@nestjs-spark/store';
import { documentsController, ReplicaRoutes } from '../rest/documents.controller.ts';
import { ColoredNoteInput, NoteInput } from './note.dto.ts';
import { Note } from './note.ts';

const Documents = documentsController({
  path: '/notes',
  one: 'note',
  entity: Note,
  input: process.env['NOTES_NOTE_FIELDS'] === 'new' ? ColoredNoteInput : NoteInput,
});

@ApiTags('notes')
@ReplicaRoutes()
@Controller('notes')
export class NotesController extends Documents {
  constructor(@InjectRepository(Note) notes: Repository<Note>, reads: RemoteReads) {
    super(notes, reads);
  }
}
