import { pathToFileURL } from 'node:url';
import { getCallSites } from 'node:util';
import { SetMetadata } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { requireOptions } from '@nestjs-spark/foundation/internal';
import type { DeclaredHandler, HandlerDeclaration } from '../job/handler.ts';
import type { JobStatus } from '../job/status.ts';

/** @internal */
export const HANDLER = DiscoveryService.createDecorator<DeclaredHandler>();
/** @internal */
export const BACKEND = DiscoveryService.createDecorator<{ name: string }>();
/** @internal */
export const LISTENER = 'spark:jobs:listener';

/** The jobs that a method is called for. */
export interface JobEventFilter {
  name?: string;
  label?: string;
}

/** @internal */
export interface JobListenerDeclaration extends JobEventFilter {
  status: JobStatus;
}

/** @internal */
export const HANDLER_OPTIONS = Object.keys({
  name: true,
  version: true,
  deterministic: true,
  isolate: true,
} satisfies Record<keyof HandlerDeclaration, true>);
/** @internal */
export const LISTENER_OPTIONS = Object.keys({
  name: true,
  label: true,
} satisfies Record<keyof JobEventFilter, true>);

/**
 * Makes a provider a job handler: `{ "kind": "handler", "handler": NAME }` runs its method `run(input, context)`. The class implements
 * `JobHandler`. List it in `providers` or in `SparkJobsModule.forFeature()`.
 */
export function TransformationJob(declaration: HandlerDeclaration): ClassDecorator {
  requireOptions('@TransformationJob()', declaration, HANDLER_OPTIONS);
  const [, caller] = getCallSites(2);
  const from = caller?.scriptName ?? '';
  return HANDLER({ ...declaration, file: from.startsWith('file:') ? from : pathToFileURL(from).href });
}

/** Registers a provider that implements `JobBackend` under this name. */
export const JobBackendFor = (name: string): ClassDecorator => BACKEND({ name });

/**
 * Calls the method with the job (`JobView`) each time this process moves a job into the status: on submission, on cancellation, and for every job
 * that it executes. With several instances, each event is delivered in one of them.
 */
export function OnJobEvent(status: JobStatus, filter: JobEventFilter = {}): MethodDecorator {
  requireOptions('@OnJobEvent()', filter, LISTENER_OPTIONS);
  return SetMetadata(LISTENER, { ...filter, status } satisfies JobListenerDeclaration);
}
