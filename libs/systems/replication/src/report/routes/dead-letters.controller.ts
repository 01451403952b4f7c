import { Delete, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse } from '@nestjs-spark/observability/internal';
import {
  FromCaller,
  requireOperator,
  type Caller,
  SparkController,
  TakesNoFields,
} from '@nestjs-spark/modules/internal';
import { DeadLetters, DeadLetterView, Replay } from '../dead-letters/dead-letters.ts';

@SparkController('dead-letters')
export class DeadLettersController {
  constructor(private readonly letters: DeadLetters) {}

  @Get()
  @ApiOperation({ summary: 'What could not be delivered, with every attempt and its error (operators only)' })
  @ApiOkResponse({ type: [DeadLetterView] })
  list(@FromCaller() caller: Caller): Promise<DeadLetterView[]> {
    requireOperator(caller);
    return this.letters.list();
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({ summary: 'Remove it (operators only)' })
  @ApiResponse({ status: 204, description: 'It is gone' })
  @ApiResponse({ status: 404, description: 'There is no such letter' })
  async remove(@FromCaller() caller: Caller, @Param('id') id: string): Promise<void> {
    requireOperator(caller);
    await this.letters.remove(id);
  }

  @Post(':id/replay')
  @TakesNoFields()
  @HttpCode(202)
  @ApiOperation({ summary: 'Try it again from the first attempt (operators only)' })
  @ApiResponse({ status: 202, type: Replay, description: 'It is on its way' })
  @ApiResponse({ status: 404, description: 'There is no such letter' })
  @ApiResponse({ status: 409, description: 'Its message is too large to be replayed, or is gone' })
  async replay(@FromCaller() caller: Caller, @Param('id') id: string): Promise<Replay> {
    requireOperator(caller);
    return this.letters.replay(id);
  }
}
