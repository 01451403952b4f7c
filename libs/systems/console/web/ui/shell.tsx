import { signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, session } from '../api.ts';
import { connected, copies, heardAt, loaded, modules, now, silent } from '../live.ts';
import { A, copyPath, navigate, path } from '../router.tsx';
import { t } from '../texts.ts';
import { Bolt, Icon, type IconName } from './icons.tsx';
import { badges, Dialog, Toasts } from './parts.tsx';

interface PageLink {
  to: string;
  name: string;
  icon: IconName;
  key: string;
  badge?: 'setAside' | 'letters';
  system?: string;
  /** One of the five at the foot of a phone. */
  first?: true;
}

const PAGES: readonly PageLink[] = [
  { to: '/', name: t.pages.overview, icon: 'map', key: 'o', first: true },
  { to: '/copies', name: t.pages.copies, icon: 'copies', key: 'c', first: true },
  { to: '/set-aside', name: t.pages.setAside, icon: 'triangle', key: 's', badge: 'setAside', first: true },
  { to: '/dead-letters', name: t.pages.letters, icon: 'letter', key: 'd', badge: 'letters', first: true },
  { to: '/scripts', name: t.pages.scripts, icon: 'code', key: 'p', first: true },
  { to: '/modules', name: t.pages.modules, icon: 'modules', key: 'm' },
  { to: '/peers', name: t.pages.peers, icon: 'peers', key: 'n', system: 'peers' },
  { to: '/jobs', name: t.pages.jobs, icon: 'jobs', key: 'j', system: 'jobs' },
  { to: '/pipelines', name: t.pages.pipelines, icon: 'pipelines', key: 'l', system: 'pipelines' },
  { to: '/audit', name: t.pages.audit, icon: 'audit', key: 'a' },
];

const open = signal<'palette' | 'help' | null>(null);

function pages(): PageLink[] {
  return PAGES.filter(
    ({ system }) =>
      system === undefined || modules.value.some(({ systems }) => systems[system] !== undefined),
  );
}

function isHere(to: string): boolean {
  return to === '/' ? path.value === '/' : path.value === to || path.value.startsWith(`${to}/`);
}

export function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset['theme']
    ? root.dataset['theme'] === 'dark'
    : matchMedia('(prefers-color-scheme: dark)').matches;
  root.dataset['theme'] = isDark ? 'light' : 'dark';
  localStorage.setItem('spark-theme', root.dataset['theme']);
}

export function Shell({ children }: { children: ComponentChildren }) {
  useKeys();
  const signOut = async (): Promise<void> => {
    await api('session', 'DELETE').catch(() => undefined);
    session.value = null;
  };
  return (
    <div class="app">
      <a class="skip" href="#content">
        {t.skip}
      </a>
      <header class="side">
        <A to="/" class="mark">
          <Bolt /> {session.value?.title ?? t.product}
        </A>
        <nav class="nav" aria-label={t.navigation}>
          {pages().map((page) => (
            <Item key={page.to} page={page} />
          ))}
        </nav>
        <Connection />
      </header>
      <main class="main" id="content" tabIndex={-1}>
        <div class="top">
          <button type="button" class="go" onClick={() => (open.value = 'palette')}>
            <Icon name="search" size={14} />
            <span>{t.goTo}</span>
            <kbd aria-hidden="true">Ctrl K</kbd>
          </button>
          <div class="row">
            <Connection />
            <button type="button" class="icon" aria-label={t.theme} title={t.theme} onClick={toggleTheme}>
              <Icon name="sun" />
            </button>
            <button
              type="button"
              class="icon"
              aria-label={t.signOut}
              title={t.signOut}
              onClick={() => void signOut()}
            >
              <Icon name="out" />
            </button>
          </div>
        </div>
        {children}
      </main>
      <nav class="bar" aria-label={t.navigation}>
        {pages()
          .filter(({ first }) => first)
          .map((page) => (
            <Item key={page.to} page={page} />
          ))}
      </nav>
      <Toasts />
      {open.value === 'palette' && <Palette />}
      {open.value === 'help' && <Help />}
    </div>
  );
}

function Item({ page: { to, name, icon, badge } }: { page: PageLink }) {
  const many = badge ? (badges()[badge] ?? 0) : 0;
  return (
    <A to={to} aria-current={isHere(to) ? 'page' : undefined}>
      <Icon name={icon} size={18} />
      {name}
      {many > 0 && <span class="badge">{many}</span>}
    </A>
  );
}

function Connection() {
  const all = modules.value;
  const late = now.value - heardAt.value;
  return (
    <div class="connection small">
      {connected.value ? (
        <b class="state ok">
          <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
            <circle cx="4" cy="4" r="4" fill="currentColor" />
          </svg>
          {t.connected}
        </b>
      ) : (
        <b class="warn">{loaded.value ? t.lastSeen(late) : t.connecting}</b>
      )}
      <p class="dim">{t.answer(all.length - silent.value.length, all.length)}</p>
    </div>
  );
}

function Palette() {
  const [wanted, setWanted] = useState('');
  const [at, setAt] = useState(0);
  const all = [
    ...pages().map(({ to, name }) => ({ to, name, kind: '' })),
    ...modules.value.map(({ name }) => ({ to: `/modules/${name}`, name, kind: t.module.name })),
    ...copies.value.map((copy) => ({
      to: copyPath(copy),
      name: `${copy.requester} ← ${copy.owner} / ${copy.task}`,
      kind: t.copies.copy,
    })),
  ];
  const words = wanted.toLowerCase().split(/\s+/);
  const found = all
    .filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)))
    .slice(0, 30);
  const close = (): void => void (open.value = null);
  const go = (to: string | undefined): void => {
    close();
    if (to !== undefined) navigate(to);
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1));
    else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1));
    else if (event.key === 'Enter') go(found[at]?.to);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label={t.goTo} onClose={close} kind="palette">
      <input
        role="combobox"
        aria-expanded="true"
        aria-controls="found"
        aria-activedescendant={found[at] ? `found-${at}` : undefined}
        aria-label={t.goTo}
        placeholder={t.goTo}
        value={wanted}
        onInput={(event) => {
          setWanted(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={press}
      />
      <ul role="listbox" id="found" aria-label={t.goTo} tabIndex={0}>
        {found.map(({ to, name, kind }, index) => (
          <li
            key={to}
            id={`found-${index}`}
            role="option"
            aria-selected={index === at}
            onClick={() => go(to)}
            onMouseMove={() => setAt(index)}
          >
            <span>{name}</span>
            <span class="dim small">{kind}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function Help() {
  const close = (): void => void (open.value = null);
  return (
    <Dialog label={t.help.heading} onClose={close}>
      <h2>{t.help.heading}</h2>
      <dl class="keys">
        {t.help.items.map(([keys, what]) => (
          <>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
      <p>
        <button type="button" class="button" onClick={close}>
          {t.close}
        </button>
      </p>
    </Dialog>
  );
}

function isTyping(event: KeyboardEvent): boolean {
  const [element] = event.composedPath();
  if (!(element instanceof HTMLElement)) return false;
  const { tagName, isContentEditable } = element;
  const isBox = element instanceof HTMLInputElement && element.type === 'checkbox';
  return isContentEditable || (!isBox && ['INPUT', 'TEXTAREA', 'SELECT'].includes(tagName));
}

/** Moves the focus among the rows of the list that has it, or into the first one. */
function walk(step: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')].filter(
    (one) => one.offsetParent !== null,
  );
  const within = document.activeElement?.closest('tr, .need, li');
  const at = rows.findIndex((row) => row === document.activeElement || (within?.contains(row) ?? false));
  rows[Math.max(0, Math.min(rows.length - 1, at + step))]?.focus();
}

function useKeys(): void {
  useEffect(() => {
    let went = 0;
    const press = (event: KeyboardEvent): void => {
      if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        open.value = open.value === null ? 'palette' : null;
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (document.querySelector('dialog[open]')) return;
      const goes = Date.now() - went < 1_500;
      went = 0;
      const to = goes ? pages().find(({ key }) => key === event.key)?.to : undefined;
      if (to !== undefined) navigate(to);
      else if (event.key === 'g') went = Date.now();
      else if (event.key === 't') toggleTheme();
      else if (event.key === '?') open.value = 'help';
      else if (event.key === '/') document.querySelector<HTMLInputElement>('input[type=search]')?.focus();
      else if (event.key === 'j' || event.key === 'ArrowDown') walk(1);
      else if (event.key === 'k' || event.key === 'ArrowUp') walk(-1);
      else if (event.key === 'x')
        document.activeElement
          ?.closest('tr, li')
          ?.querySelector<HTMLInputElement>('input[type=checkbox]')
          ?.click();
      else if (event.key === 'r') {
        const row = document.activeElement?.closest('tr, li');
        const near = row?.querySelector<HTMLButtonElement>('[data-rerun]');
        (near ?? document.querySelector<HTMLButtonElement>('[data-rerun-chosen]:not(:disabled)'))?.click();
      } else return;
      event.preventDefault();
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, []);
}
