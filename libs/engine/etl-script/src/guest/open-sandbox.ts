import { type GuestContext, type GuestHandle, Sandbox, type WorkerThread } from '@nestjs-spark/sandbox';
import type { CompiledScript } from '../compile/compile-script.ts';
import { EXTRAS_PROGRAM } from '../extras/extras-program.ts';
import { Locales } from '../locale/in-locale.ts';
import { LOCALE_PROGRAM } from '../locale/locale-program.ts';
import { behaviorFor } from '../validate/find-behaviors.ts';
import { MISSING_FUNCTIONS } from '../validate/language.ts';
import { guestExtras } from './guest-extras.ts';
import { GUEST_PROGRAM } from './guest-program.ts';
import { type OutputBounds, tooLarge, tooMany, tooManyAsked } from './output-budget.ts';

/** Opens a sandbox with one script and its surrounding program. */
export function openSandbox(
  script: CompiledScript,
  bounds: OutputBounds,
  thread: WorkerThread,
  replaces?: Sandbox,
): Promise<Sandbox> {
  return thread.whileOpening(() =>
    Sandbox.open({
      limits: thread.limits,
      onProgress: () => thread.beat(),
      boot: (guest) => boot(guest, script, bounds),
      replaces,
    }),
  );
}

function boot(guest: GuestContext, script: CompiledScript, bounds: OutputBounds): GuestHandle {
  addLocales(guest);
  const surroundings = guest.evaluate(GUEST_PROGRAM, 'etl');
  const main = guest.evaluate(script.program, 'script');
  const behaviors = guest.list(script.behaviorPrograms.map((program) => guest.evaluate(program, 'script')));
  const config = guest.text(JSON.stringify(configOf(script, bounds)));
  // Reading it takes a fifth of the time in which a sandbox opens.
  const makeExtras = script.extras ? [guest.evaluate(EXTRAS_PROGRAM, 'etl')] : [];
  return guest.call(surroundings, [config, main, behaviors, ...makeExtras]);
}

function configOf(script: CompiledScript, bounds: OutputBounds) {
  const generic = behaviorFor(script.deleteBehaviors, '');
  return {
    targets: script.targets,
    bounds,
    tooLarge: tooLarge(bounds),
    tooMany: tooMany(bounds),
    tooManyAsked: tooManyAsked(bounds),
    careful: script.careful,
    leavesAlone: script.leavesAlone,
    patch: script.patch,
    passesThrough: script.passesThrough,
    genericBehavior: generic === undefined ? -1 : script.deleteBehaviors.indexOf(generic),
    missing: MISSING_FUNCTIONS,
    extras: script.extras && guestExtras(script, script.extras),
  };
}

function addLocales(guest: GuestContext): void {
  const locales = new Locales();
  const inLocale = guest.hostFunction('inLocale', (question) => locales.answer(question));
  guest.call(guest.evaluate(LOCALE_PROGRAM, 'etl'), [inLocale]).dispose();
}
