import { writeFileSync } from 'node:fs';
import { Inject, Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import type { Repository } from '@nestjs-spark/contracts';
import { repositoryToken, SparkStoreModule } from '@nestjs-spark/store';
import type { NotesModule } from '../../apps/notes/notes.module.ts';
import type { Note } from '../../apps/notes/notes/note.ts';
import type { serve } from '../../apps/shared/serve.ts';
import { writeSteadily } from '../support/steadily.ts';

/**
 * A node of the built notes app that writes notes through its own repository on SIGWINCH (Nest shuts down on SIGUSR2): an HTTP
 * request for each would take a quarter of the processors that the nodes share. At the end it writes into a file how many writes
 * were refused.
 */
const [perSecond, seconds] = [process.env['BENCH_PER_SECOND'], process.env['BENCH_SECONDS']].map(Number) as [
  number,
  number,
];
const doneFile = process.env['BENCH_DONE'] ?? '';

const built = (path: string): Promise<unknown> =>
  import(new URL(`../../dist/apps/${path}`, import.meta.url).href);
const notes = (await built('notes/notes.module.js')) as { NotesModule: typeof NotesModule };
const entity = (await built('notes/notes/note.js')) as { Note: typeof Note };
const app = (await built('shared/serve.js')) as { serve: typeof serve };

class WritingModule implements OnApplicationBootstrap {
  readonly #repository: Repository<Note>;

  constructor(repository: Repository<Note>) {
    this.#repository = repository;
  }

  onApplicationBootstrap(): void {
    process.once('SIGWINCH', async () => writeFileSync(doneFile, String(await writeAll(this.#repository))));
  }
}
Inject(repositoryToken(entity.Note))(WritingModule, undefined, 0);
Module({ imports: [notes.NotesModule, SparkStoreModule.forFeature([entity.Note])] })(WritingModule);

await app.serve(async (): Promise<Type> => WritingModule, {
  name: 'Notes',
  description: 'Writes by itself.',
});

function writeAll(repository: Repository<Note>): Promise<number> {
  return writeSteadily(perSecond, seconds, (number) => {
    const note = { title: `note ${number}`, text: 'x'.repeat(250) };
    return repository.create(note).then(
      () => true,
      () => false,
    );
  });
}
