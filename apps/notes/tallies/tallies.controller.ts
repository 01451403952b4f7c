import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { RemoteReads } from '@nestjs-spark/peers';
import { InjectRepository } from '@nestjs-spark/store';
import { DocumentsController, ReplicaRoutes } from '../rest/documents.controller.ts';
import { TallyInput } from './tally.dto.ts';
import { Tally } from './tally.ts';

@ApiTags('tallies')
@ReplicaRoutes()
@Controller('tallies')
export class TalliesController extends DocumentsController<Tally> {
  constructor(@InjectRepository(Tally) tallies: Repository<Tally>, reads: RemoteReads) {
    super('/tallies', tallies, TallyInput, { entity: Tally, reads }, () => ({ counts: {} }));
  }
}
