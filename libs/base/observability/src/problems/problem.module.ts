import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ProblemFilter } from './problem-filter.ts';
import { ValidationProblemPipe } from './validation-problem-pipe.ts';

/**
 * Import it in your application's module to have every error of the whole application answered as a problem (RFC 9457),
 * and every body validated strictly.
 */
@Module({
  providers: [
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: () => new ValidationProblemPipe() },
  ],
})
export class SparkProblemModule {}
