import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import { nodeRequest, type PlatformRequest } from '@nestjs-spark/observability/internal';

/** Who sent a request: an authenticated module, or an operator. */
export type Caller = { kind: 'module'; module: string } | { kind: 'operator' };

const callers = new WeakMap<IncomingMessage, Caller>();

export function rememberCaller(request: PlatformRequest, caller: Caller): void {
  callers.set(nodeRequest(request), caller);
}

export function callerOf(request: PlatformRequest): Caller {
  const caller = callers.get(nodeRequest(request));
  if (!caller) throw new Error('The route is not behind SparkGuard');
  return caller;
}

/** The name of a caller that has proved itself; null for nobody, and before that. */
export function knownName(request: IncomingMessage): string | null {
  const caller = callers.get(request);
  if (!caller) return null;
  return caller.kind === 'module' ? caller.module : 'operator';
}

/** The caller of a route behind `SparkGuard`. */
export const FromCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context.switchToHttp().getRequest<PlatformRequest>()),
);

/** @throws {ProblemError} `forbidden` (403) when the caller is a module */
export function requireOperator(caller: Caller): void {
  if (caller.kind !== 'operator') throw new ProblemError('forbidden', 'Only operators may do this.');
}

/** @throws {ProblemError} `forbidden` (403) when a module asks in the name of another one */
export function requireOwnName(caller: Caller, requestingModule: string): void {
  if (caller.kind === 'operator' || sameName(caller.module, requestingModule)) return;
  throw new ProblemError('forbidden', `The token is not that of ${requestingModule}.`);
}
