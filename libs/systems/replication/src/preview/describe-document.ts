import type { EtlCommand, ScriptOutput } from '@nestjs-spark/etl-script';
import { compareOutputs } from './compare-outputs.ts';
import type { Sampled } from '../deploy/inspect/sample-documents.ts';
import type { PreviewedDocument, PreviewStatus, PreviewSummary } from './preview-result.ts';

export function describeDocument(
  sampled: Sampled,
  output: ScriptOutput | undefined,
  running: ScriptOutput | undefined,
): PreviewedDocument {
  const { id } = sampled;
  const nothing = { id, commands: [], failure: null, against: null, cut: false };
  if ('missing' in sampled) return { ...nothing, status: 'missing' };
  if (!output) return { ...nothing, status: 'skipped' };
  const against = running ? compareOutputs(running, output) : null;
  if (output.status === 'failed') return { ...nothing, status: 'failed', failure: output.failure, against };
  const { commands } = output;
  const copied = commands.some(({ type }) => type === 'put');
  return { ...nothing, status: copied ? 'copied' : 'filtered', commands, against };
}

/** The same with the ids that its copies have at the requester. */
export function withPrefix(document: PreviewedDocument, idPrefix: string | undefined): PreviewedDocument {
  if (idPrefix === undefined) return document;
  const prefixed = (command: EtlCommand): EtlCommand =>
    command.type === 'delete-prefix'
      ? { ...command, prefix: `${idPrefix}${command.prefix}` }
      : { ...command, id: `${idPrefix}${command.id}` };
  const commands = document.commands.map(prefixed);
  const copies = document.against?.copies.map((copy) => ({
    ...copy,
    id: `${idPrefix}${copy.id}`,
    ...(copy.before ? { before: copy.before.map(prefixed) } : {}),
  }));
  return {
    ...document,
    commands,
    against: document.against && { ...document.against, copies: copies ?? [] },
  };
}

/** Omits the commands of documents that would exceed `most` characters in total. */
export function cutToSize(documents: readonly PreviewedDocument[], most: number): PreviewedDocument[] {
  let left = most;
  return documents.map((document) => {
    const size = JSON.stringify([
      document.commands,
      document.against?.copies ?? [],
      document.source ?? '',
    ]).length;
    if (size <= left) {
      left -= size;
      return document;
    }
    const against = document.against && { ...document.against, copies: [] };
    const { source: _, ...rest } = document;
    return { ...rest, commands: [], against, cut: true };
  });
}

export function summarize(documents: readonly PreviewedDocument[]): PreviewSummary {
  const status = (wanted: PreviewStatus): number => documents.filter((one) => one.status === wanted).length;
  const copies = documents.flatMap(({ against }) => against?.copies ?? []);
  const change = (wanted: string): number => copies.filter((one) => one.change === wanted).length;
  return {
    documents: documents.length,
    copied: status('copied'),
    filtered: status('filtered'),
    failed: status('failed'),
    missing: status('missing'),
    skipped: status('skipped'),
    newCopies: change('new'),
    changedCopies: change('changed'),
    goneCopies: change('gone'),
    sameCopies: change('same'),
  };
}
