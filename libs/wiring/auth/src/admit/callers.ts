import type { IncomingMessage } from 'node:http';
import { nodeRequest, type PlatformRequest } from '@nestjs-spark/observability/internal';
import type { ApiCaller } from '../recognize/api-caller.ts';

const callers = new WeakMap<IncomingMessage, ApiCaller>();

/** Two guards may see one request: the application's global one and a controller's. */
export function rememberedCaller(request: PlatformRequest): ApiCaller | undefined {
  return callers.get(nodeRequest(request));
}

export function rememberCaller(request: PlatformRequest, caller: ApiCaller): void {
  callers.set(nodeRequest(request), caller);
}

/** @throws {Error} when no guard recognized the caller */
export function callerOf(request: PlatformRequest): ApiCaller {
  const caller = rememberedCaller(request);
  if (caller) return caller;
  throw new Error(
    'The caller of this route was not authenticated: it is @Public(), or neither it nor its controller has @UseGuards(ApiGuard)',
  );
}
