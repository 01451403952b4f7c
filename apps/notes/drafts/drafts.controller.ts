import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { InjectRepository } from '@nestjs-spark/store';
import { NoteInput } from '../notes/note.dto.ts';
import { DocumentsController } from '../rest/documents.controller.ts';
import { Draft } from './draft.ts';

@ApiTags('drafts')
@Controller('drafts')
export class DraftsController extends DocumentsController<Draft> {
  constructor(@InjectRepository(Draft) drafts: Repository<Draft>) {
    super('/drafts', drafts, NoteInput);
  }
}
