import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ProblemError } from '@nestjs-spark/contracts';
import { sameName } from '@nestjs-spark/foundation/internal';
import type { ActingFor } from '../identify/token-claims.ts';
import { nodeRequest, type PlatformRequest } from '@nestjs-spark/observability/internal';

/** A user acting through a console. */
export interface ConsoleUser extends ActingFor {
  /** The console's name. */
  console: string;
}

/** Who sent a request: an authenticated module, or an operator, possibly through a console. */
export type Caller = { kind: 'module'; module: string } | { kind: 'operator'; through?: ConsoleUser };

const callers = new WeakMap<IncomingMessage, Caller>();

export function rememberCaller(request: PlatformRequest, caller: Caller): void {
  callers.set(nodeRequest(request), caller);
}

export function callerOf(request: PlatformRequest): Caller {
  const caller = callers.get(nodeRequest(request));
  if (!caller) throw new Error('The route is not behind SparkGuard');
  return caller;
}

/** The name of an authenticated caller; null without one, and before authentication. */
export function knownName(request: IncomingMessage): string | null {
  const caller = callers.get(request);
  if (!caller) return null;
  if (caller.kind === 'module') return caller.module;
  const { through } = caller;
  return through ? `${through.sub} by ${through.console}` : 'operator';
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
