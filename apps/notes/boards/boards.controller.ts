import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { RemoteReads } from '@nestjs-spark/peers';
import { InjectRepository } from '@nestjs-spark/store';
import { DocumentsController, ReplicaRoutes } from '../rest/documents.controller.ts';
import { BoardInput } from './board.dto.ts';
import { Board } from './board.ts';

@ApiTags('boards')
@ReplicaRoutes()
@Controller('boards')
export class BoardsController extends DocumentsController<Board> {
  constructor(@InjectRepository(Board) boards: Repository<Board>, reads: RemoteReads) {
    super('/boards', boards, BoardInput, { entity: Board, reads }, () => ({ tags: [] }));
  }
}
