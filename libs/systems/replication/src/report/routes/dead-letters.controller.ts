import { Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs-spark/observability/internal';
import { FromCaller, requireOperator, type Caller, SparkController } from '@nestjs-spark/modules/internal';
import { DeadLetterDesk } from '../dead-letters/dead-letter-desk.ts';
import type { DeadLetterView } from '../dead-letters/dead-letter-box.ts';
import { DeadLetterAnswer, ReplayAnswer } from './dead-letter-answers.ts';

@SparkController('dead-letters')
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
