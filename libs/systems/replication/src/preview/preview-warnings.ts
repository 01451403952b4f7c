import { memberName, scanMembers } from '@nestjs-spark/contracts/internal';
import { decodeUtf8 } from '@nestjs-spark/foundation/internal';
import { absentFields, describeAbsent } from '../deploy/inspect/absent-fields.ts';
import type { Sampled } from '../deploy/inspect/sample-documents.ts';
import type { PreviewedDocument } from './preview-result.ts';

/** What looks wrong although nothing fails: a field that is not there reads as null, and null goes through most of a script. */
export function previewWarnings(
  fields: readonly string[] | null,
  sample: readonly Sampled[],
  documents: readonly PreviewedDocument[],
): string[] {
  const texts = sample.flatMap((one) => ('missing' in one ? [] : [decodeUtf8(one.document)]));
  return [...absentFields(fields, texts).map(describeAbsent), ...nullEverywhere(documents)];
}

/** Fields that are null in every copy: "`Model`: null in 12 of 12 copies". */
function nullEverywhere(documents: readonly PreviewedDocument[]): string[] {
  const byCollection = new Map<string, { copies: number; nulls: Map<string, number> }>();
  for (const command of documents.flatMap(({ commands }) => commands)) {
    if (command.type !== 'put') continue;
    const seen = byCollection.get(command.collection) ?? { copies: 0, nulls: new Map<string, number>() };
    byCollection.set(command.collection, seen);
    seen.copies++;
    for (const name of nullFields(command.fields)) seen.nulls.set(name, (seen.nulls.get(name) ?? 0) + 1);
  }
  return [...byCollection.values()].flatMap(({ copies, nulls }) =>
    [...nulls]
      .filter(([, count]) => count === copies)
      .map(([name]) => `\`${name}\`: null in ${copies} of ${copies} ${copies === 1 ? 'copy' : 'copies'}`),
  );
}

function nullFields(text: string): string[] {
  const names: string[] = [];
  scanMembers(text, (member) => {
    if (text.slice(member.valueStart, member.valueEnd) === 'null') names.push(memberName(text, member));
  });
  return names;
}
