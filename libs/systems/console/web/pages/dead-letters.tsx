import { useState } from 'preact/hooks';
import { api, mayWrite } from '../api.ts';
import { moment, timeOfDay } from '../format.ts';
import { letters } from '../live.ts';
import { t } from '../texts.ts';
import { Missing, missingOf, None } from '../ui/missing.tsx';
import { Icon } from '../ui/icons.tsx';
import { Act, Ago, Confirm, Heading, Loaded, useAsked } from '../ui/parts.tsx';

interface Letter {
  module: string;
  id: string;
  subject: string | null;
  owner: string | null;
  outcome: string | null;
  collections: string[];
  failedAt: string;
  attempts: { number: number | null; at: string | null; error: string | null }[];
}

export function DeadLettersPage() {
  const [forgetting, setForgetting] = useState<Letter | null>(null);
  const asked = useAsked(
    () => api<{ items: Letter[]; missing: string[] }>('dead-letters'),
    [letters.value, missingOf([]).join()],
  );
  const pathOf = ({ module, id }: Letter): string =>
    `dead-letters/${encodeURIComponent(module)}/${encodeURIComponent(id)}`;
  return (
    <>
      <div class="headline">
        <div>
          <Heading title={t.letters.heading} />
          <p>{t.letters.under}</p>
        </div>
      </div>
      <Loaded asked={asked}>
        {({ items, missing }) => (
          <div class="stack">
            <Missing missing={missingOf(missing)} more="" />
            {items.length === 0 ? (
              <div class="card">
                <None lacks={missingOf(missing).length > 0}>{t.letters.nothing}</None>
              </div>
            ) : (
              items.map((letter) => (
                <article key={letter.id} class="card">
                  <header>
                    <h2>
                      <Who letter={letter} />
                    </h2>
                    <div class="row">
                      <span class="dim small">
                        <Ago at={letter.failedAt} />
                      </span>
                      <Act
                        kind="small"
                        disabled={!mayWrite()}
                        run={async () => {
                          await api(`${pathOf(letter)}/replay`, 'POST', {});
                          setTimeout(() => void asked.again(), 1_000);
                          return t.letters.sent(letter.owner ?? letter.module);
                        }}
                      >
                        <Icon name="again" size={13} /> {t.letters.sendAgain}
                      </Act>
                      <button
                        type="button"
                        class="button small"
                        disabled={!mayWrite()}
                        onClick={() => setForgetting(letter)}
                      >
                        {t.letters.forget}
                      </button>
                    </div>
                  </header>
                  <Reasons letter={letter} />
                </article>
              ))
            )}
          </div>
        )}
      </Loaded>
      {forgetting && (
        <Confirm
          heading={t.letters.forgetting.heading}
          text={t.letters.forgetting.text}
          button={t.letters.forgetting.button}
          danger
          onClose={() => setForgetting(null)}
          run={async () => {
            await api(pathOf(forgetting), 'DELETE');
            await asked.again();
            return t.letters.forgetting.done;
          }}
        />
      )}
    </>
  );
}

function Who({ letter: { module, owner, subject } }: { letter: Letter }) {
  if (owner === null) return <>{subject}</>;
  const [one, asked, two] = t.letters.asked(module, owner);
  return (
    <>
      {one}
      <span class="dim">{asked}</span>
      {two}
    </>
  );
}

/** The reason once, and a dot for each try with its time. */
function Reasons({ letter: { attempts, collections } }: { letter: Letter }) {
  const reasons = [...new Set(attempts.map(({ error }) => error ?? ''))];
  return (
    <div class="stack" style={{ gap: '10px' }}>
      {reasons.map((reason) => (
        <p key={reason} class="bad" style={{ overflowWrap: 'anywhere' }}>
          {reason}
        </p>
      ))}
      <p class="row small dim">
        <span>{t.letters.tries(attempts.length)}</span>
        {attempts.slice(0, 40).map(({ at, number }) => (
          <span key={number} class="state" title={at === null ? '' : moment(at)}>
            <svg width="8" height="8" viewBox="0 0 8 8" class="bad" aria-hidden="true">
              <circle cx="4" cy="4" r="4" fill="currentColor" />
            </svg>
            {at === null ? '' : timeOfDay(at)}
          </span>
        ))}
      </p>
      {collections.length > 0 && <p class="small">{t.letters.holds(collections)}</p>}
    </div>
  );
}
