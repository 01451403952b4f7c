import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { EnvHttpProxyAgent, fetch } from 'undici';
import type { Report } from './progress.ts';

const connectMs = 10_000;
const silenceMs = 60_000;

/** Downloads a file, with progress. It only gets its name once it is complete. */
export async function download(url: string, file: string, label: string, report: Report): Promise<void> {
  const response = await request(url);
  const announced = Number(response.headers.get('content-length') ?? 0) || undefined;
  const progress = report.progress(label, announced);
  let received = 0;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      received += chunk.length;
      progress.update(received);
      done(null, chunk);
    },
  });
  try {
    if (!response.body) throw new Error(`${url} answered without content`);
    await pipeline(Readable.from(response.body), count, createWriteStream(`${file}.partial`));
  } catch (error) {
    throw new Error(`${url} broke off after ${received} bytes: ${explain(error)}`, { cause: error });
  } finally {
    progress.end();
  }
  if (announced !== undefined && received !== announced) {
    throw new Error(`${url} sent ${received} of the ${announced} bytes it announced`);
  }
  await rename(`${file}.partial`, file);
}

/** Downloads a small text, such as a list of checksums. */
export async function downloadText(url: string): Promise<string> {
  return (await request(url)).text();
}

async function request(url: string) {
  const dispatcher = new EnvHttpProxyAgent({
    connect: { timeout: connectMs },
    bodyTimeout: silenceMs,
    headersTimeout: silenceMs,
  });
  const response = await fetch(url, { dispatcher, headers: { 'accept-encoding': 'identity' } }).catch(
    (error: unknown) => {
      throw new Error(`${url} cannot be reached: ${explain(error)}`, { cause: error });
    },
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${response.statusText}`);
  return response;
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message || error.message : error.message;
}
