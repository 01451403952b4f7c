import { Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { ProblemFilter } from '../problems/problem-filter.ts';
import { validationWhenNeeded } from '../problems/validation-when-needed.ts';
import { InFrontModule } from './in-front.module.ts';
import { ParseAlike } from './parse-alike.ts';
import { WrongVerbs } from './wrong-verbs.ts';

/**
 * Import it in your application's module to answer every error of the whole application as a problem (RFC 9457), validate every
 * body strictly, and answer a verb that a path does not accept with 405 and `Allow`.
 */
@Module({
  imports: [InFrontModule],
  providers: [
    ParseAlike,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_PIPE, useFactory: validationWhenNeeded },
  ],
})
export class SparkProblemModule {
  constructor(verbs: WrongVerbs) {
    verbs.lookEverywhere();
  }
}
