import { commandsForUpdate } from '../commands/commands-for.ts';
import type { CompiledScript } from '../compile/compile-script.ts';
import { projector, type Projection } from '../json/project.ts';
import type { Job, PackedTexts, Reply } from './messages.ts';
import { failureWithoutPlace } from './failure-without-place.ts';
import { OutputBudget, TooMuchOutputError } from './output-budget.ts';
import { eachText } from './pack-texts.ts';
import { ReplyBuilder } from './reply-builder.ts';

/** Does one job of a script that only picks fields: no sandbox, one pass over each document's text. */
export function projectJob(
  { name, targets }: CompiledScript,
  projection: Projection,
  { ids, collections, bounds }: Job,
  documents: PackedTexts,
  onProgress: () => void,
): Reply {
  const reply = new ReplyBuilder(ids);
  const project = projector(projection);
  for (const [i, text] of eachText(documents)) {
    if (reply.size > bounds.turnSize) break;
    onProgress();
    const source = { id: ids[i] ?? '', collection: collections[i] ?? '' };
    const stored = text ?? '{}';
    const budget = new OutputBudget(bounds, stored.length);
    try {
      const loads = project(stored, source.id, (load) => budget.take(load));
      reply.done(i, commandsForUpdate(source, targets, loads));
    } catch (error) {
      if (!(error instanceof TooMuchOutputError)) throw error;
      reply.failed(i, failureWithoutPlace(name, 'too-much', error.message));
    }
  }
  return reply.build();
}
