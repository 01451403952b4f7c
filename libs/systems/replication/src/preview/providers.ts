import type { Provider, Type } from '@nestjs/common';
import { PreviewController } from './preview.controller.ts';
import { Preview } from './preview.ts';

/** Trying scripts out. Needs the owner's side of a deployment. */
export const PREVIEW_PROVIDERS: Provider[] = [Preview];

export const PREVIEW_CONTROLLERS: Type[] = [PreviewController];
