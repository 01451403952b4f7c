import { ravenKey } from '@nestjs-spark/contracts/internal';
import type { EtlCommand, ScriptFailure } from '@nestjs-spark/etl-script';
import type { PreviewedDocument, PreviewedScript, PreviewResult } from '@nestjs-spark/replication/internal';
import { counted } from '@nestjs-spark/foundation/internal';
import { diffFields } from './diff-fields.ts';

const LONGEST = 4_000;

/** The outcome beside that of the running script. */
const COMPARED: ReadonlyMap<string, string> = new Map([
  ['same', 'as with the running script'],
  ['different', 'its copies change'],
  ['fails', 'with the running script it does not fail'],
  ['fixed', 'with the running script it fails'],
]);

/** A preview as text: one block per document, `+` for what would be added, `-` for what would be removed. */
export function renderPreview(result: PreviewResult): string {
  return result.scripts.map((script) => renderScript(result, script)).join('\n\n');
}

/** Whether none of it failed and every named document exists. */
export function isGood({ scripts }: PreviewResult): boolean {
  return scripts.every(({ summary }) => summary.failed + summary.missing + summary.skipped === 0);
}

function renderScript({ owner, requestingModule }: PreviewResult, script: PreviewedScript): string {
  const { name, collection, targets, running, summary, documents } = script;
  const into = targets.length > 0 ? targets.join(', ') : 'as they are';
  const beside = running
    ? running.same
      ? `the same script runs, generation ${running.generation}`
      : `compared with the running script, generation ${running.generation}`
    : 'no script runs under this name';
  return [
    `${owner} -> ${requestingModule}: ${name}  (${collection} -> ${into}; ${beside})`,
    ...documents.flatMap((document) => ['', ...renderDocument(document)]),
    '',
    renderSummary(summary, running !== null),
    ...(script.warnings ?? []).map((warning) => `! ${warning}`),
  ].join('\n');
}

function renderDocument(document: PreviewedDocument): string[] {
  const { id, status, commands, failure, against, cut } = document;
  const compared = against ? `: ${COMPARED.get(against.outcome) ?? against.outcome}` : '';
  const head = `${id}  ${status}${compared}${cut ? ', too large to show' : ''}`;
  if (failure) return [head, `  ! ${place(failure)}${failure.reason}`];
  if (!against || against.outcome === 'fixed')
    return [head, ...commands.flatMap((one) => renderCommand(one, '+'))];
  return [
    head,
    ...against.copies.flatMap(({ id: copy, change, before = [] }) => {
      const after = commands.filter((command) => sameCopy(command, copy));
      if (change === 'same') return [`  = ${copy}`];
      if (change === 'new') return after.flatMap((one) => renderCommand(one, '+'));
      if (change === 'gone') return before.flatMap((one) => renderCommand(one, '-'));
      return renderChange(before, after);
    }),
  ];
}

function renderChange(before: EtlCommand[], after: EtlCommand[]): string[] {
  const [old, now] = [before.find(isPut), after.find(isPut)];
  if (!old || !now)
    return [
      ...before.flatMap((one) => renderCommand(one, '-')),
      ...after.flatMap((one) => renderCommand(one, '+')),
    ];
  const lines = diffFields(old.fields, now.fields).map(({ sign, text }) => `    ${sign} ${shorten(text)}`);
  const others = (commands: EtlCommand[]) =>
    commands.filter((one) => !isPut(one)).map((one) => JSON.stringify(one));
  const [gone, come] = [others(before), others(after)];
  return [
    `  ~ ${now.id}  (${now.collection})`,
    ...(old.collection === now.collection
      ? []
      : [`    - collection ${old.collection}`, `    + collection ${now.collection}`]),
    ...(old.metadata === now.metadata
      ? []
      : [`    - @metadata ${old.metadata ?? '{}'}`, `    + @metadata ${now.metadata ?? '{}'}`]),
    ...lines,
    ...gone.filter((one) => !come.includes(one)).map((one) => `    - ${shorten(one)}`),
    ...come.filter((one) => !gone.includes(one)).map((one) => `    + ${shorten(one)}`),
  ];
}

type Put = Extract<EtlCommand, { type: 'put' }>;

function isPut(command: EtlCommand): command is Put {
  return command.type === 'put';
}

function renderCommand(command: EtlCommand, sign: '+' | '-'): string[] {
  if (isPut(command)) {
    const metadata = command.metadata ? `  @metadata ${command.metadata}` : '';
    return [
      `  ${sign} ${command.id}  (${command.collection})${metadata}`,
      `      ${shorten(command.fields)}`,
    ];
  }
  if (command.type === 'delete') return [`  x ${command.id}`];
  if (command.type === 'delete-prefix') return [`  x ${command.prefix}*`];
  return [`  ${sign} ${shorten(JSON.stringify(command))}`];
}

function renderSummary(summary: PreviewedScript['summary'], compared: boolean): string {
  const { documents, copied, filtered, failed, missing, skipped } = summary;
  const counts = [
    `${counted(documents, 'document')}: ${copied} copied`,
    `${filtered} filtered`,
    `${failed} failed`,
  ];
  if (missing > 0) counts.push(`${missing} not there`);
  if (skipped > 0) counts.push(`${skipped} not tried, out of time`);
  const { newCopies, changedCopies, goneCopies, sameCopies } = summary;
  const copies = `copies: ${newCopies} new, ${changedCopies} changed, ${goneCopies} gone, ${sameCopies} the same`;
  return compared ? `${counts.join(', ')}; ${copies}` : counts.join(', ');
}

function sameCopy(command: EtlCommand, id: string): boolean {
  return command.type !== 'delete' && 'id' in command && ravenKey(command.id) === ravenKey(id);
}

function place({ line, column }: ScriptFailure): string {
  return line === null ? '' : `line ${line}, column ${column ?? 1}: `;
}

function shorten(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST)}… (${text.length} characters)`;
}
