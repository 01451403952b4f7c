import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { RemoteReads } from '@nestjs-spark/peers';
import { InjectRepository } from '@nestjs-spark/store';
import { documentsController, ReplicaRoutes } from '../rest/documents.controller.ts';
import { BoardInput } from './board.dto.ts';
import { Board } from './board.ts';

const Documents = documentsController({
  path: '/boards',
  one: 'board',
  entity: Board,
  input: BoardInput,
  defaults: () => ({ tags: [] }),
});

@ApiTags('boards')
@ReplicaRoutes()
@Controller('boards')
export class BoardsController extends Documents {
  constructor(@InjectRepository(Board) boards: Repository<Board>, reads: RemoteReads) {
    super(boards, reads);
  }
}
