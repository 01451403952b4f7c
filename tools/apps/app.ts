import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { dataDir } from '@nestjs-spark/foundation';
import type { AppProcess } from './app-process.ts';
import { excerpt } from './excerpt.ts';

export const root = join(import.meta.dirname, '../..');

/** A running app: its address, and its process. */
export interface App {
  name: string;
  url: string;
  process: AppProcess;
}

/** The program of a built app. @param command that builds it, for the error message */
export function builtApp(folder: string, command: string): string {
  const main = join(root, 'dist/apps', folder, 'main.js');
  if (existsSync(main)) return main;
  throw new Error(`${main} does not exist. Run \`npm run build\` first, or \`${command}\`.`);
}

export function logFileOf(name: string): string {
  return join(resolve(root, dataDir(process.env)), 'logs', `${name}.log`);
}

/**
 * This process's variables for an app. npm's own would only clutter the process listing.
 * @param own not passed on
 */
export function inherited(...own: readonly string[]): Record<string, string> {
  const entries = Object.entries(process.env).filter(
    ([name]) => !own.includes(name) && !name.startsWith('npm_'),
  );
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? '']));
}

export async function endOf(app: App): Promise<never> {
  await app.process.end();
  throw new Error(howEnded(app));
}

/** `Fleet was killed (SIGKILL)`. */
export function howEnded({ name, process: { ended } }: App): string {
  if (typeof ended === 'number') return `${name} has ended with exit code ${ended}`;
  return `${name} was killed (${ended})`;
}

/** Reports what failed, with the logs of the apps that have ended, or of all if all are running. */
export function complain(error: unknown, apps: readonly App[]): void {
  console.error(`\nFailed: ${error instanceof Error ? error.message : String(error)}`);
  const ended = apps.filter(({ process: app }) => app.ended !== undefined);
  for (const { process: app } of ended.length > 0 ? ended : apps)
    console.error(`\nFrom ${app.logFile}:\n${excerpt(app.log()).replaceAll(/^/gm, '  | ')}`);
}
