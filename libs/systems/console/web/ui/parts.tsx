import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { duration, moment } from '../format.ts';
import { now, setAside, letters, troubled } from '../live.ts';
import { path } from '../router.tsx';
import { session } from '../api.ts';
import { t } from '../texts.ts';

/** The page's heading: focused after navigation, so that a reader begins there. */
export function Heading({ title, children }: { title: string; children?: ComponentChildren }) {
  const own = useRef<HTMLHeadingElement>(null);
  const trouble = troubled.value.length;
  useEffect(() => own.current?.focus({ preventScroll: true }), [path.value]);
  useEffect(() => {
    document.title = t.title(title, trouble, session.value?.title ?? t.product);
  }, [title, trouble]);
  return (
    <h1 ref={own} tabIndex={-1}>
      {children ?? title}
    </h1>
  );
}

/** A time as people say it, with the exact one as its title. */
export function Ago({ at }: { at: string | number | null }) {
  if (at === null) return <span class="dim">{t.never}</span>;
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={moment(at)}>
      {t.ago(Math.max(0, now.value - date.getTime()))}
    </time>
  );
}

export function Behind({ ms }: { ms: number | null }) {
  if (ms === null) return <span class="dim">{t.unknown}</span>;
  if (ms === 0) return <>{t.copies.fresh}</>;
  return <span class={ms > 2_000 ? 'warn' : ''}>{duration(ms)}</span>;
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What is shown of something that is asked for: it stays while it is asked for again, even when that fails. */
export function Loaded<T>({
  asked,
  children,
}: {
  asked: Asked<T>;
  children: (value: T) => ComponentChildren;
}) {
  const { value, error, again } = asked;
  return (
    <>
      {error !== null && (
        <div class="note bad row between" role="alert">
          <span>{t.failedToLoad(error)}</span>
          <button type="button" class="button small" onClick={() => void again()}>
            {t.tryAgain}
          </button>
        </div>
      )}
      {value === undefined ? error === null && <div class="skeleton" aria-hidden="true" /> : children(value)}
    </>
  );
}

export interface Asked<T> {
  value: T | undefined;
  error: string | null;
  again: () => Promise<void>;
}

/** Asks when the page opens and when `keys` change. */
export function useAsked<T>(ask: () => Promise<T>, keys: readonly unknown[]): Asked<T> {
  const [value, setValue] = useState<T | undefined>(undefined);
  const [error, setError] = useState<string | null>(null);
  const turn = useRef(0);
  const again = async (): Promise<void> => {
    const own = (turn.current += 1);
    try {
      const found = await ask();
      if (own !== turn.current) return;
      setValue(found);
      setError(null);
    } catch (failure) {
      if (own === turn.current) setError(failure instanceof Error ? failure.message : String(failure));
    }
  };
  useEffect(() => {
    void again();
    return () => void (turn.current += 1);
  }, keys);
  return { value, error, again };
}

/** A button that says that it asks, and tells what came of it. */
export function Act({
  run,
  children,
  kind = '',
  disabled = false,
  busy = t.asking,
}: {
  run: () => Promise<string | null>;
  children: ComponentChildren;
  kind?: string;
  disabled?: boolean;
  busy?: string;
}) {
  const [asking, setAsking] = useState(false);
  const act = async (): Promise<void> => {
    setAsking(true);
    try {
      const said = await run();
      if (said !== null) tell(said);
    } catch (failure) {
      tell(failure instanceof Error ? failure.message : String(failure));
    } finally {
      setAsking(false);
    }
  };
  return (
    <button type="button" class={`button ${kind}`} disabled={disabled || asking} onClick={() => void act()}>
      {asking ? busy : children}
    </button>
  );
}

const toasts = signal<{ id: number; text: string }[]>([]);
let lastToast = 0;

export function tell(text: string): void {
  const id = (lastToast += 1);
  toasts.value = [...toasts.value.slice(-2), { id, text }];
  setTimeout(() => (toasts.value = toasts.value.filter((one) => one.id !== id)), 6_000);
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text }) => (
        <div key={id} class="toast">
          {text}
        </div>
      ))}
    </div>
  );
}

/** A dialog that is open as long as it is rendered. */
export function Dialog({
  label,
  children,
  onClose,
  kind = '',
}: {
  label: string;
  children: ComponentChildren;
  onClose: () => void;
  kind?: string;
}) {
  const own = useRef<HTMLDialogElement>(null);
  // Before the next key arrives: what is typed right after the key that opens it belongs in it, and is not a shortcut of the page.
  useLayoutEffect(() => {
    own.current?.showModal();
  }, []);
  const outside = (event: MouseEvent): void => {
    if (event.target === own.current) own.current?.close();
  };
  return (
    <dialog ref={own} class={kind} aria-label={label} onClose={onClose} onClick={outside}>
      {children}
    </dialog>
  );
}

/** Asks before something that cannot be undone, and names what follows from it. */
export function Confirm({
  heading,
  text,
  button,
  danger = false,
  run,
  onClose,
}: {
  heading: string;
  text: string;
  button: string;
  danger?: boolean;
  run: () => Promise<string | null>;
  onClose: () => void;
}) {
  const act = async (): Promise<string | null> => {
    try {
      return await run();
    } finally {
      onClose();
    }
  };
  return (
    <Dialog label={heading} onClose={onClose}>
      <div class="stack">
        <h2>{heading}</h2>
        <p>{text}</p>
        <div class="row">
          <Act kind={danger ? 'danger' : 'primary'} run={act}>
            {button}
          </Act>
          <button type="button" class="button" onClick={onClose}>
            {t.cancel}
          </button>
        </div>
      </div>
    </Dialog>
  );
}

export function SparkLine({ rates }: { rates: readonly number[] }) {
  if (rates.length < 2) return <svg class="spark" aria-hidden="true" />;
  const most = Math.max(1, ...rates);
  const points = rates.map(
    (one, at) => `${((at / (rates.length - 1)) * 108 + 1).toFixed(1)},${(22 - (one / most) * 19).toFixed(1)}`,
  );
  return (
    <svg class="spark" viewBox="0 0 110 24" preserveAspectRatio="none" aria-hidden="true">
      <path d={`M${points.join('L')}`} fill="none" stroke="currentColor" stroke-width="1.5" />
    </svg>
  );
}

export function badges(): Readonly<Record<string, number>> {
  return { setAside: setAside.value, letters: letters.value };
}

export function isRefused(error: unknown, status: number): boolean {
  return error instanceof ApiError && error.status === status;
}
