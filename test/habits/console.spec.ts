import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, afterAll, describe, expect, it } from '@jest/globals';
import {
  Injectable,
  Module,
  type CanActivate,
  type INestApplication,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { SparkStoreModule } from '@nestjs-spark/store';
import { map } from 'rxjs';
import { SparkConsoleModule } from '@nestjs-spark/console';
import { buildPage } from '../../tools/page/build-page.ts';

const LIBRARY = join(import.meta.dirname, '..', '..', 'libs', 'systems', 'console');

const TOKEN = 'operators-of-this-spec-only';
const FROM_PAGE = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };

@Injectable()
class NobodyPasses implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Injectable()
class Envelope implements NestInterceptor {
  intercept: NestInterceptor['intercept'] = (_context, next) =>
    next.handle().pipe(map((data: unknown) => ({ data })));
}

const before = { ...process.env };
let folder: string;
let app: INestApplication;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spark-console-'));
  // `npm test` has built it, and other suites may be reading it.
  if (!existsSync(join(LIBRARY, 'dist', 'page'))) await buildPage(LIBRARY);
});
afterEach(async () => {
  await app.close();
  process.env = { ...before };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function start(
  adapter: 'Express' | 'Fastify' = 'Express',
  options: Parameters<typeof SparkConsoleModule.forRoot>[0] = {},
): Promise<string> {
  Object.assign(process.env, {
    SPARK_MODULE_NAME: 'Desk',
    SPARK_STORE: `sqlite:${join(folder, 'desk.db')}`,
    SPARK_KEYS_DIR: folder,
    NATS_URL: 'nats://127.0.0.1:9',
  });
  @Module({
    imports: [SparkStoreModule.forRoot(), SparkConsoleModule.forRoot({ operatorToken: TOKEN, ...options })],
    providers: [
      { provide: APP_GUARD, useClass: NobodyPasses },
      { provide: APP_INTERCEPTOR, useClass: Envelope },
    ],
  })
  class Root {}
  app =
    adapter === 'Express'
      ? await NestFactory.create(Root, { logger: false, abortOnError: false })
      : await NestFactory.create(Root, new FastifyAdapter(), { logger: false, abortOnError: false });
  app.setGlobalPrefix('v1');
  await app.listen(0, '127.0.0.1');
  return `${await app.getUrl()}/spark/console`;
}

const signIn = (url: string, token: unknown = TOKEN, headers: Record<string, string> = FROM_PAGE) =>
  fetch(`${url}/api/session`, { method: 'POST', headers, body: JSON.stringify({ token }) });
const cookieOf = (answer: Response): string => answer.headers.get('set-cookie')?.split(';')[0] ?? '';

describe.each(['Express', 'Fastify'] as const)('the console in an application on %s', (adapter) => {
  it('is past its prefix, its guard and its interceptor', async () => {
    const url = await start(adapter);
    const page = await fetch(url);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self'/);
    const html = await page.text();
    expect(html).toContain('<base href="/spark/console/" />');
    expect(html).not.toMatch(/style=|<style|{{/);
    const script = /src="(assets\/main-[^"]+)"/.exec(html)?.[1] ?? '';
    const asset = await fetch(`${url}/${script}`, { headers: { 'accept-encoding': 'br' } });
    expect(asset.headers.get('cache-control')).toContain('immutable');
    expect(asset.headers.get('content-encoding')).toBe('br');
    const answer = await signIn(url);
    expect(await answer.json()).toMatchObject({ name: 'operator', role: 'operator', readOnly: false });
    const state = await fetch(`${url}/api/state`, { headers: { cookie: cookieOf(answer) } });
    expect(await state.json()).toMatchObject({ modules: [], copies: [], letters: 0 });
    expect((await fetch(`${url}/assets/nothing.js`)).status).toBe(404);
    expect((await fetch(`${new URL(url).origin}/v1/elsewhere`)).status).not.toBe(200);
  });
});

describe('signing in', () => {
  it('keeps the session in a cookie that scripts and other places do not get', async () => {
    const url = await start();
    const cookie = (await signIn(url)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(
      /^spark_console=[^;]+; Path=\/spark\/console; HttpOnly; SameSite=Strict; Max-Age=3600$/,
    );
    const secure = await signIn(url, TOKEN, { ...FROM_PAGE, 'x-forwarded-proto': 'https' });
    expect(secure.headers.get('set-cookie')).toContain('; Secure');
  });

  it('is refused from another place, and with the sixth wrong token for a while', async () => {
    const url = await start();
    expect((await signIn(url, TOKEN, { 'content-type': 'application/json' })).status).toBe(403);
    for (let times = 0; times < 5; times++) expect((await signIn(url, { a: 1 })).status).toBe(401);
    const late = await signIn(url, 'wrong');
    expect(late.status).toBe(429);
    expect((await signIn(url)).status).toBe(200);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('is closed, and says why, where there is neither an operator token nor an issuer', async () => {
    const url = await start('Express', { operatorToken: '' });
    const answer = await signIn(url);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ type: 'urn:spark:problem:console-closed' });
    const asked = await fetch(`${url}/api/session`);
    expect(await asked.json()).toMatchObject({ status: 401, closed: true });
  });

  it('ends with signing out', async () => {
    const url = await start();
    const answer = await signIn(url);
    const { csrf } = (await answer.json()) as { csrf: string };
    const headers = { ...FROM_PAGE, cookie: cookieOf(answer), 'x-spark-csrf': csrf };
    const out = await fetch(`${url}/api/session`, { method: 'DELETE', headers });
    expect(out.headers.get('set-cookie')).toMatch(/^spark_console=; .*Max-Age=0$/);
  });
});

describe('the stream', () => {
  it('tells a browser that comes back only what has changed', async () => {
    const url = await start();
    const cookie = cookieOf(await signIn(url));
    const first = await firstEvent(url, { cookie });
    expect(first.event).toBe('state');
    const again = await firstEvent(url, { cookie, 'last-event-id': first.id });
    expect(again.event).toBe('delta');
    expect(Number(again.id)).toBeGreaterThan(Number(first.id));
    const unknown = await firstEvent(url, { cookie, 'last-event-id': '7' });
    expect(unknown.event).toBe('state');
  });
});

async function firstEvent(
  url: string,
  headers: Record<string, string>,
): Promise<{ id: string; event: string }> {
  const leave = new AbortController();
  const { body } = await fetch(`${url}/api/events?view=jobs`, { headers, signal: leave.signal });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (!text.includes('\n\n')) text += (await reader?.read())?.value ?? '';
  leave.abort();
  const [, id = '', event = ''] = /^id: (\d+)\nevent: ([\w-]+)/.exec(text) ?? [];
  return { id, event };
}

describe('what concerns replicas, jobs and pipelines', () => {
  it('is empty where no module has it, and is asked only of modules that the options name', async () => {
    const url = await start();
    const answer = await signIn(url);
    const { csrf } = (await answer.json()) as { csrf: string };
    const headers = { ...FROM_PAGE, cookie: cookieOf(answer), 'x-spark-csrf': csrf };
    for (const system of ['peers', 'jobs', 'pipelines'])
      expect(await (await fetch(`${url}/api/${system}`, { headers })).json()).toEqual({
        items: [],
        missing: [],
        unnamed: [],
        truncated: false,
      });
    expect((await fetch(`${url}/api/jobs/1`, { headers })).status).toBe(404);
    const moved = await fetch(`${url}/api/pipelines/Flow/p/start`, { method: 'POST', headers, body: '{}' });
    expect(moved.status).toBe(403);
    expect(await moved.json()).toMatchObject({
      detail: 'Flow accepts no module tokens on this route. Add it to the modules of this console.',
    });
    const away = await fetch(`${url}/api/peers/notes-a/stash`, { headers });
    expect(away.status).toBe(502);
    const without = { ...headers, 'x-spark-csrf': 'other' };
    const forged = await fetch(`${url}/api/peers/a/retire`, { method: 'POST', headers: without, body: '{}' });
    expect(await forged.json()).toMatchObject({ type: 'urn:spark:problem:not-from-page' });
  });
});

describe('a console that is read-only', () => {
  it('changes nothing, even for operators', async () => {
    const url = await start('Express', { readOnly: true });
    const answer = await signIn(url);
    const { csrf } = (await answer.json()) as { csrf: string };
    const headers = { ...FROM_PAGE, cookie: cookieOf(answer), 'x-spark-csrf': csrf };
    const asked = await fetch(`${url}/api/set-aside/retry`, {
      method: 'POST',
      headers,
      body: '{"items":[]}',
    });
    expect(asked.status).toBe(403);
    expect(await asked.json()).toMatchObject({ detail: 'This console is read-only.' });
  });
});

it('The page stays small: 40 KB of JavaScript at first, 180 KB in all', async () => {
  await start();
  const size = await buildPage(LIBRARY, join(folder, 'page'));
  expect(size?.first).toBeLessThan(40_000);
  expect(size?.all).toBeLessThan(180_000);
});
