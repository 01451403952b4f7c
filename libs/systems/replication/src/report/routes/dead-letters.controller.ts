import { Controller, Get, HttpCode, Param, Post, UseFilters, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { ProblemFilter } from '@nestjs-spark/observability';
import { FromCaller, requireOperator, type Caller } from '../../deploy/receive/caller.ts';
import { SparkGuard } from '../../deploy/receive/spark-guard.ts';
import { DeadLetterDesk } from '../dead-letters/dead-letter-desk.ts';
import type { DeadLetterView } from '../dead-letters/dead-letter-box.ts';
import { DeadLetterAnswer, ReplayAnswer } from './dead-letter-answers.ts';

@ApiTags('Spark')
@ApiBearerAuth()
@Controller('spark/dead-letters')
@UseGuards(SparkGuard)
@UseFilters(ProblemFilter)
export class DeadLettersController {
  constructor(private readonly desk: DeadLetterDesk) {}

  @Get()
  @ApiOperation({ summary: 'What could not be delivered, with every try and its error (operators only)' })
  @ApiOkResponse({ type: [DeadLetterAnswer] })
  list(@FromCaller() caller: Caller): Promise<DeadLetterView[]> {
    requireOperator(caller);
    return this.desk.list();
  }

  @Post(':id/replay')
  @HttpCode(202)
  @ApiOperation({ summary: 'Try it again from the first attempt (operators only)' })
  @ApiResponse({ status: 202, type: ReplayAnswer, description: 'It is on its way' })
  @ApiResponse({ status: 404, description: 'There is no such letter' })
  async replay(@FromCaller() caller: Caller, @Param('id') id: string): Promise<ReplayAnswer> {
    requireOperator(caller);
    return { id, outcome: await this.desk.replay(id) };
  }
}
