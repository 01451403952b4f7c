import { Module } from '@nestjs/common';
import { DeclareModule } from '../declare/declare.module.ts';
import { DeployModule } from '../deploy/deploy.module.ts';
import { IdentifyModule } from '../identify/identify.module.ts';
import { PreviewController } from './preview.controller.ts';
import { PreviewScripts } from './preview-scripts.ts';
import { Preview } from './preview.ts';

/** Previews scripts on the owner's documents. */
@Module({
  imports: [DeclareModule, IdentifyModule, DeployModule],
  controllers: [PreviewController],
  providers: [Preview, PreviewScripts],
})
export class PreviewModule {}
