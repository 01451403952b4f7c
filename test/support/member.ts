import { eventually, type EventuallyOptions } from '@nestjs-spark/servers/testing';
import { AppProcess } from '../../tools/apps/app-process.ts';
import { type Answer, ask, demand, type Question } from './http.ts';
import { RavenDatabase } from './raven-database.ts';
import type { TestDatabase } from './stores/test-database.ts';

/** Of every member. */
export const OPERATOR_TOKEN = 'operators-of-the-tests-only';

/** How long a condition may take: other machines are much slower, and busy. */
export const PATIENCE_MS = 120_000;

export interface MemberParts {
  name: string;
  port: number;
  main: string;
  logFile: string;
  env: Record<string, string>;
  database: TestDatabase;
  operatorToken: string;
}

/** A module that takes part: its process, its database, its address. */
export class Member {
  readonly name: string;
  readonly url: string;
  readonly database: TestDatabase;
  readonly process: AppProcess;
  readonly logFile: string;
  readonly operatorToken: string;

  constructor({ name, port, main, logFile, env, database, operatorToken }: MemberParts) {
    this.name = name;
    this.url = `http://127.0.0.1:${port}`;
    this.database = database;
    this.operatorToken = operatorToken;
    this.logFile = logFile;
    this.process = new AppProcess({ name, main, logFile, env });
  }

  /** Its database, for what only RavenDB has. */
  get ravendb(): RavenDatabase {
    if (this.database instanceof RavenDatabase) return this.database;
    throw new Error(`${this.name} does not run on RavenDB here`);
  }

  /** Starts it and returns at once. */
  start(env?: Record<string, string>): void {
    this.process.start(env);
  }

  /** Starts it and answers when it says ready. */
  async startReady(env?: Record<string, string>): Promise<void> {
    this.start(env);
    await this.ready();
  }

  async ready(timeoutMs = PATIENCE_MS): Promise<void> {
    await this.until('ready', async () => (await this.demand('/health/ready')).status === 200, {
      timeoutMs,
    });
  }

  /** Answers when its HTTP server does. */
  async live(timeoutMs = PATIENCE_MS): Promise<void> {
    await this.until('live', async () => (await this.demand('/health/live')).status === 200, {
      timeoutMs,
    });
  }

  ask<T>(path: string, question?: Question): Promise<Answer<T>> {
    return ask<T>(`${this.url}${path}`, question);
  }

  demand<T>(path: string, question?: Question): Promise<Answer<T>> {
    return demand<T>(`${this.url}${path}`, question);
  }

  /** Asks with the operator token. */
  operate<T>(path: string, question: Question = {}): Promise<Answer<T>> {
    const headers = { ...question.headers, authorization: `Bearer ${this.operatorToken}` };
    return ask<T>(`${this.url}${path}`, { ...question, headers });
  }

  /** Waits for a condition; when it does not come, or the app ends before, the end of its log is shown. */
  async until<T>(what: string, look: () => Promise<T | false>, options: EventuallyOptions = {}): Promise<T> {
    try {
      const answer = await eventually<T | 'ended' | false>(
        async () => (this.process.running ? look() : 'ended'),
        { timeoutMs: PATIENCE_MS, ...options },
      );
      if (answer !== 'ended') return answer as T;
      throw new Error(`it has ended with ${this.process.ended}`);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`${this.name} is not ${what}: ${reason}\n${this.process.logTail()}`, { cause });
    }
  }
}
