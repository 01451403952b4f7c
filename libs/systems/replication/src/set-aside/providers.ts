import type { Provider, Type } from '@nestjs/common';
import { SetAsideController } from './set-aside.controller.ts';
import { SetAsideDesk } from './set-aside-desk.ts';

/** What was set aside, and running it again. Needs the owner's side and the requester's. */
export const SET_ASIDE_PROVIDERS: Provider[] = [SetAsideDesk];

export const SET_ASIDE_CONTROLLERS: Type[] = [SetAsideController];
