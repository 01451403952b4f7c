import { Module } from '@nestjs/common';
import { ContinueLate } from './continue-late.ts';
import { WrongVerbs } from './wrong-verbs.ts';

/** What runs before every route of an application, once, however many modules import it. */
@Module({ providers: [ContinueLate, WrongVerbs], exports: [WrongVerbs] })
export class InFrontModule {}
