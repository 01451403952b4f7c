import { Module } from '@nestjs/common';
import { ContinueLate } from './continue-late.ts';
import { WrongVerbs } from './wrong-verbs.ts';

/** What is in front of every route of an application, once, whoever imports it. */
@Module({ providers: [ContinueLate, WrongVerbs], exports: [WrongVerbs] })
export class InFrontModule {}
