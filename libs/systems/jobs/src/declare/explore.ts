import { existsSync, realpathSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { unknownOptions } from '@nestjs-spark/foundation/internal';
import type { JobBackend } from '../job/backend.ts';
import { ThreadHandler } from '../backends/thread/thread-handler.ts';
import type { DeclaredHandler, JobHandler, JobHandlers } from '../job/handler.ts';
import type { JobView } from '../serve/view.ts';
import {
  BACKEND,
  HANDLER,
  HANDLER_OPTIONS,
  LISTENER,
  LISTENER_OPTIONS,
  type JobListenerDeclaration,
} from './decorators.ts';
import type { JobListeners } from './job-listeners.ts';

/** A class was declared for jobs and cannot be used. The message says what to change. */
export class JobDeclarationError extends Error {
  override readonly name = 'JobDeclarationError';
}

/** Finds the job handlers, backends and listeners among the application's providers. */
@Injectable()
export class JobExplorer {
  private readonly discovery: DiscoveryService;
  private readonly scanner: MetadataScanner;
  private readonly reflector: Reflector;

  constructor(discovery: DiscoveryService, scanner: MetadataScanner, reflector: Reflector) {
    this.discovery = discovery;
    this.scanner = scanner;
    this.reflector = reflector;
  }

  /** @throws {JobDeclarationError} for a class without the method that its decorator requires, and for an unknown option */
  explore(handlers: JobHandlers, backends: JobBackend[], listeners: JobListeners): void {
    // An alias (`useExisting`) returns the same instance again.
    const seen = new Set<object>();
    for (const wrapper of this.discovery.getProviders()) {
      const instance: unknown = wrapper.instance;
      if (typeof instance !== 'object' || instance === null || seen.has(instance)) continue;
      seen.add(instance);
      const handler = this.discovery.getMetadataByDecorator(HANDLER, wrapper);
      if (handler) {
        const { file: _, ...options } = handler;
        requireKnown(instance, '@TransformationJob()', options, HANDLER_OPTIONS);
        handlers.add(handler, whereItRuns(withRun(instance, handler.name), handler));
      }
      const backend = this.discovery.getMetadataByDecorator(BACKEND, wrapper);
      if (backend) addBackend(backends, backend.name, instance as JobBackend);
      this.#listeners(instance, listeners);
    }
  }

  #listeners(instance: object, listeners: JobListeners): void {
    const prototype: unknown = Object.getPrototypeOf(instance);
    if (typeof prototype !== 'object' || prototype === null) return;
    for (const method of this.scanner.getAllMethodNames(prototype)) {
      const declared: unknown = Reflect.get(prototype, method);
      if (typeof declared !== 'function') continue;
      const listener = this.reflector.get<JobListenerDeclaration | undefined>(
        LISTENER,
        declared as () => void,
      );
      if (!listener) continue;
      const { status: _, ...filter } = listener;
      requireKnown(instance, '@OnJobEvent()', filter, LISTENER_OPTIONS);
      listeners.add({
        ...listener,
        call: (job: JobView): unknown => declared.call(instance, job) as unknown,
      });
    }
  }
}

/** @throws {JobDeclarationError} for an option that the decorator does not have */
function requireKnown(instance: object, decorator: string, given: object, known: readonly string[]): void {
  const [unknown] = unknownOptions(given, known);
  if (unknown === undefined) return;
  throw new JobDeclarationError(`${instance.constructor.name} has ${decorator} with ${unknown}.`);
}

function withRun(instance: object, name: string): JobHandler {
  if ('run' in instance && typeof instance.run === 'function') return instance as JobHandler;
  throw new JobDeclarationError(
    `${instance.constructor.name} has @TransformationJob({ name: '${name}' }) but no method run(input, context). Add it.`,
  );
}

/** @throws {JobDeclarationError} for a class that a thread cannot construct */
function whereItRuns(handler: JobHandler, { name, file, isolate }: DeclaredHandler): JobHandler {
  if (isolate !== 'thread') return handler;
  const what = `${handler.constructor.name} has @TransformationJob({ name: '${name}', isolate: 'thread' })`;
  if (!Reflect.hasOwnMetadata(HANDLER.KEY, handler.constructor))
    throw new JobDeclarationError(
      `${handler.constructor.name} inherits @TransformationJob({ name: '${name}', isolate: 'thread' }), which locates only the class ` +
        'that has it: give this class the decorator as well, so that a thread finds its file.',
    );
  if (handler.constructor.length > 0)
    throw new JobDeclarationError(
      `${what}, but its constructor has parameters (${handler.constructor.length}): a thread has no Nest application to inject them. ` +
        'Create what it needs in run(), or remove "isolate".',
    );
  if (handler.constructor.name === '')
    throw new JobDeclarationError(
      `The handler '${name}' has isolate: 'thread', and its class has no name by which a thread could find it. Name the class.`,
    );
  if (isMainFile(file))
    throw new JobDeclarationError(
      `${what} and is in the program's main file: a thread that loads it would start the program again. ` +
        'Move the class into its own file (and leave that out of a bundle), or remove "isolate".',
    );
  return new ThreadHandler(handler.constructor.name, file);
}

function isMainFile(file: string): boolean {
  const [, main] = process.argv;
  return main !== undefined && existsSync(main) && pathToFileURL(realpathSync(main)).href === file;
}

function addBackend(backends: JobBackend[], name: string, backend: JobBackend): void {
  if (backends.includes(backend)) return;
  if (backend.name !== name)
    throw new JobDeclarationError(
      `${backend.constructor.name} has @JobBackendFor('${name}') but its name is ${JSON.stringify(backend.name)}. Use the same name for both.`,
    );
  if (backends.some((other) => other.name === name))
    throw new JobDeclarationError(`Another backend has the name '${name}'. Choose another name.`);
  backends.push(backend);
}
