import { readFile } from 'node:fs/promises';
import type { Outcome } from '../outcome.ts';
import { isPreview, isRetried, isSetAside } from '../ask/known-answers.ts';
import { askModule } from '../ask/ask-module.ts';
import { CliError } from '../cli-error.ts';
import { whyUnreadable } from '../why-unreadable.ts';
import { parseCommand, type Command } from './parse-command.ts';
import { isGood, renderPreview } from './render-preview.ts';
import { renderRetried, renderSetAside } from './render-set-aside.ts';
import { ETL_USAGE } from './usage.ts';

/** @throws {CliError} when the command fails */
export async function runEtl(
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const command = parseCommand(argv, environment);
  switch (command.kind) {
    case 'help':
      return { exitCode: 0, text: ETL_USAGE };
    case 'preview':
      return preview(command);
    case 'list':
      return list(command);
    case 'retry':
      return retry(command);
  }
}

type Of<Kind> = Extract<Command, { kind: Kind }>;

async function preview(command: Of<'preview'>): Promise<Outcome> {
  const { requester, collection, name, scriptFile, sample, documents } = command;
  const script = await readScript(scriptFile);
  const body = {
    requestingModule: requester,
    scripts: [{ sourceCollection: collection, script, ...(name === null ? {} : { name }) }],
    ...(sample === null ? {} : { sample }),
    ...(documents === null ? {} : { documents }),
  };
  const question = { method: 'POST', path: '/spark/etl/preview', body } as const;
  const result = await askModule(command, question, isPreview);
  if (!result.scripts.some((one) => one.documents.length > 0)) {
    throw new CliError(`${command.module} has no documents in ${collection}. Check the collection's name.`);
  }
  return { exitCode: isGood(result) ? 0 : 1, text: command.json ? toJson(result) : renderPreview(result) };
}

async function list(command: Of<'list'>): Promise<Outcome> {
  const { with: module, task, skip, take } = command;
  const query = { module, task, skip, take };
  const question = { method: 'GET', path: '/spark/etl/set-aside', query } as const;
  const view = await askModule(command, question, isSetAside);
  return { exitCode: 0, text: command.json ? toJson(view) : renderSetAside(command.module, view) };
}

async function retry(command: Of<'retry'>): Promise<Outcome> {
  const { with: module, task, documents } = command;
  const wish = { module, task, documents };
  const body = Object.fromEntries(Object.entries(wish).filter(([, value]) => value !== null));
  const question = { method: 'POST', path: '/spark/etl/set-aside/retry', body } as const;
  const { tasks } = await askModule(command, question, isRetried);
  return { exitCode: 0, text: command.json ? toJson({ tasks }) : renderRetried(command.module, tasks) };
}

async function readScript(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CliError(`${whyUnreadable(path, error)}.`, 2);
  }
}

function toJson(value: object): string {
  return JSON.stringify(value, null, 2);
}
