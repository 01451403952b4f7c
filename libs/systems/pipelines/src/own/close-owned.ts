import type { OwnedPipeline } from './owned-pipeline.ts';

/** Takes pipelines out, by the text of their key, and stops their work: whoever asks for one now opens it again. */
export async function closeOwned(
  owned: Map<string, Promise<OwnedPipeline>>,
  isMeant: (text: string) => boolean,
): Promise<void> {
  const mine = [...owned].filter(([text]) => isMeant(text));
  for (const [text] of mine) owned.delete(text);
  await Promise.all(
    mine.map(([, opening]) => opening.then((pipeline) => pipeline.close()).catch(() => undefined)),
  );
}
