import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { DynamicModule, Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { SparkStoreModule } from '@nestjs-spark/store';

/** What an application without types can pass: TypeScript would refuse a literal. */
export const untyped = (options: unknown): never => options as never;

/** Variables with which every module of Spark can start, for the specs of one file. */
export function inAnEnvironment(): void {
  let folder: string;
  const before = { ...process.env };
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spark-options-'));
    Object.assign(process.env, {
      PORT: '5001',
      SPARK_MODULE_NAME: 'Fleet',
      SPARK_DATA_DIR: folder,
      SPARK_KEYS_DIR: folder,
      SPARK_STORE: `sqlite:${join(folder, 'options.db')}`,
      NATS_URL: '',
    });
  });
  afterAll(async () => {
    process.env = { ...before };
    await rm(folder, { recursive: true, force: true });
  });
}

/** The message with which an application that imports this does not start. */
export async function refusal(load: () => DynamicModule[], providers: Type[] = []): Promise<string> {
  try {
    const module = await Test.createTestingModule({ imports: load(), providers }).compile();
    const app = module.createNestApplication({ logger: false });
    await app.init().finally(() => app.close());
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'it starts';
}

export const store = (): DynamicModule => SparkStoreModule.forRoot();
