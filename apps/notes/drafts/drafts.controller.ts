import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { InjectRepository } from '@nestjs-spark/store';
import { NoteInput } from '../notes/note.dto.ts';
import { documentsController } from '../rest/documents.controller.ts';
import { Draft } from './draft.ts';

const Documents = documentsController({
  path: '/drafts',
  one: 'draft',
  entity: Draft,
  input: NoteInput,
});

@ApiTags('drafts')
@Controller('drafts')
export class DraftsController extends Documents {
  constructor(@InjectRepository(Draft) drafts: Repository<Draft>) {
    super(drafts);
  }
}
