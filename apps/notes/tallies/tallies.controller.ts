import { Controller } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Repository } from '@nestjs-spark/contracts';
import { RemoteReads } from '@nestjs-spark/peers';
import { InjectRepository } from '@nestjs-spark/store';
import { documentsController, ReplicaRoutes } from '../rest/documents.controller.ts';
import { TallyInput } from './tally.dto.ts';
import { Tally } from './tally.ts';

const Documents = documentsController({
  path: '/tallies',
  one: 'tally',
  many: 'tallies',
  entity: Tally,
  input: TallyInput,
  defaults: () => ({ counts: {} }),
});

@ApiTags('tallies')
@ReplicaRoutes()
@Controller('tallies')
export class TalliesController extends Documents {
  constructor(@InjectRepository(Tally) tallies: Repository<Tally>, reads: RemoteReads) {
    super(tallies, reads);
  }
}
