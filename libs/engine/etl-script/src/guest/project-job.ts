import { commandsForUpdate } from '../commands/commands-for.ts';
import type { CompiledScript } from '../compile/compile-script.ts';
import { projector, type Projection } from '../json/project.ts';
import type { Job, PackedTexts, Reply } from './messages.ts';
import { eachText } from './pack-texts.ts';
import { ReplyBuilder } from './reply-builder.ts';

/** Does one job of a script that only picks: no sandbox, one pass over each document's text. */
export function projectJob(
  { targets }: CompiledScript,
  projection: Projection,
  { ids, collections }: Job,
  documents: PackedTexts,
  onProgress: () => void,
): Reply {
  const reply = new ReplyBuilder(ids);
  const project = projector(projection);
  eachText(documents, (text, i) => {
    onProgress();
    const source = { id: ids[i] ?? '', collection: collections[i] ?? '' };
    reply.done(i, commandsForUpdate(source, targets, project(text ?? '{}', source.id)));
  });
  return reply.build();
}
