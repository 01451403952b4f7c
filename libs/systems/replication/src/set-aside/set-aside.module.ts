import { Module } from '@nestjs/common';
import { DeclareModule } from '../declare/declare.module.ts';
import { DeployModule } from '../deploy/deploy.module.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { RequestModule } from '../request/request.module.ts';
import { SetAsideController } from './set-aside.controller.ts';
import { SetAsideDocuments } from './set-aside-documents.ts';

/** Set-aside documents on either side, and their rerun. */
@Module({
  imports: [DeclareModule, IdentifyModule, RequestModule, DeployModule],
  controllers: [SetAsideController],
  providers: [SetAsideDocuments],
})
export class SetAsideModule {}
