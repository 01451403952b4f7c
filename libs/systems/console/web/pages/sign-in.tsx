import { useEffect, useRef, useState } from 'preact/hooks';
import { api, closed, over, refusal, session, type Session } from '../api.ts';
import { t } from '../texts.ts';
import { Bolt } from '../ui/icons.tsx';

export function SignInPage() {
  const field = useRef<HTMLInputElement>(null);
  const error = refusal.value;
  const [asking, setAsking] = useState(false);
  useEffect(() => {
    document.title = t.title(t.sign.heading, 0, t.product);
    field.current?.focus();
  }, []);
  const signIn = async (event: Event): Promise<void> => {
    event.preventDefault();
    setAsking(true);
    refusal.value = null;
    try {
      session.value = await api<Session>('session', 'POST', { token: field.current?.value.trim() ?? '' });
      over.value = false;
    } catch (failure) {
      refusal.value = failure instanceof Error ? failure.message : String(failure);
      field.current?.select();
    } finally {
      setAsking(false);
    }
  };
  return (
    <main class="sign">
      <form class="card" onSubmit={(event) => void signIn(event)}>
        <div class="mark">
          <Bolt /> {t.product}
        </div>
        <h1>{t.sign.heading}</h1>
        {closed.value ? (
          <p class="note warn">{t.sign.closed}</p>
        ) : (
          <>
            <label>
              <span class="small">{t.sign.token}</span>
              <input
                ref={field}
                class="field mono"
                type="password"
                autocomplete="current-password"
                required
                aria-describedby="hint"
              />
            </label>
            <p id="hint" class="small dim">
              {t.sign.hint}
            </p>
            {error === null && over.value && (
              <p class="note warn" role="status">
                {t.sign.ended}
              </p>
            )}
            {error !== null && (
              <p class="note bad" role="alert">
                {error}
              </p>
            )}
            <button type="submit" class="button primary" disabled={asking}>
              {asking ? t.asking : t.sign.button}
            </button>
          </>
        )}
      </form>
    </main>
  );
}
