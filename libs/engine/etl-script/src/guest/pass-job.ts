import { commandsForUpdate } from '../commands/commands-for.ts';
import { allExtras } from '../extras/document-extras.ts';
import { splitMetadata } from '../json/split-metadata.ts';
import type { Job, PackedTexts, Reply } from './messages.ts';
import { eachText } from './pack-texts.ts';
import { ReplyBuilder } from './reply-builder.ts';

/** Does one job without a script: documents pass through, every value's text untouched. */
export function passJob(
  { ids, collections, bounds }: Job,
  documents: PackedTexts,
  onProgress: () => void,
): Reply {
  const reply = new ReplyBuilder(ids);
  for (const [i, stored] of eachText(documents)) {
    if (reply.size > bounds.turnSize) break;
    onProgress();
    const text = stored ?? '{}';
    const source = { id: ids[i] ?? '', collection: collections[i] ?? '' };
    const load = { target: source.collection, ...splitMetadata(text), extras: allExtras(text) };
    reply.done(i, commandsForUpdate(source, [source.collection], [load]));
  }
  return reply.build();
}
