import { NestFactory } from '@nestjs/core';
import type { INestApplication } from '@nestjs/common';
import type { JobView } from '@nestjs-spark/jobs';
import type { Problem } from '@nestjs-spark/contracts';
import { JobsModule } from '../../../apps/jobs/jobs.module.ts';

export const OPERATOR = 'the-operator-token-of-this-test';

/** An answer as the specs look at it. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: AnswerBody;
}

/** What the bodies of answers have; each has some of it. */
export type AnswerBody = JobView &
  Required<Pick<Problem, 'type' | 'detail' | 'errors'>> & {
    items: JobView[];
    cursor: string | null;
    jobs: { jobId: string; status: string | null }[];
    object: string;
    documents: number;
  };

/** The app of jobs in this process. */
export class JobsApp {
  readonly app: INestApplication;
  readonly url: string;
  readonly #before: NodeJS.ProcessEnv;

  private constructor(app: INestApplication, url: string, before: NodeJS.ProcessEnv) {
    this.app = app;
    this.url = url;
    this.#before = before;
  }

  static async start(environment: Record<string, string> = {}): Promise<JobsApp> {
    const before = { ...process.env };
    Object.assign(process.env, {
      SPARK_JOBS_STORE: 'memory',
      SPARK_OPERATOR_TOKEN: OPERATOR,
      ...environment,
    });
    try {
      const options = { logger: false, abortOnError: false, bodyParser: false } as const;
      const app = await NestFactory.create(JobsModule, options);
      await app.listen(0, '127.0.0.1');
      return new JobsApp(app, await app.getUrl(), before);
    } catch (error) {
      process.env = before;
      throw error;
    }
  }

  async stop(): Promise<void> {
    await this.app.close();
    process.env = this.#before;
  }

  async ask(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const isJson = /json\b/.test(answer.headers.get('content-type') ?? '') && !text.includes('}\n{');
    return {
      status: answer.status,
      headers: answer.headers,
      text,
      body: (isJson ? JSON.parse(text) : text) as AnswerBody,
    };
  }

  submit(body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
    return this.ask('POST', '/api/jobs', body, headers);
  }

  /** The job when it has ended. */
  async ended(jobId: string, headers: Record<string, string> = {}): Promise<JobView> {
    return (await this.ask('GET', `/api/jobs/${jobId}?waitMs=30000`, undefined, headers)).body;
  }

  async run(body: unknown): Promise<JobView> {
    const { body: job } = await this.submit(body);
    return this.ended(job.jobId);
  }

  /** The job as soon as it is where it is waited for. */
  async until(jobId: string, status: string): Promise<JobView> {
    for (;;) {
      const { body } = await this.ask('GET', `/api/jobs/${jobId}`);
      if (body.status === status) return body;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

export const scriptJob = (script: string, documents: unknown[], more: object = {}) => ({
  name: 'totals',
  transformation: { kind: 'script', collection: 'Orders', script },
  input: { documents },
  ...more,
});

export const handlerJob = (to: number, everyMs: number, more: object = {}) => ({
  name: 'count',
  transformation: { kind: 'handler', handler: 'slow-count' },
  input: { value: { to, everyMs } },
  ...more,
});
