import { effect } from '@preact/signals';
import { render, type ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { api, closed, over, refusal, session, type Session } from './api.ts';
import { findPage, type LaterPage } from './find-page.ts';
import { path } from './router.tsx';
import { t } from './texts.ts';
import { whoIsHere } from './who-is-here.ts';
import { CopiesPage } from './pages/copies.tsx';
import { OverviewPage } from './pages/overview.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { Empty, Heading } from './ui/parts.tsx';
import { Shell } from './ui/shell.tsx';

type Page = (given: { parts: string[] }) => ComponentChildren;

/** Pages that are loaded when they are opened. */
const LATER: Readonly<Record<LaterPage, () => Promise<Page>>> = {
  copy: async () => (await import('./pages/copy.tsx')).CopyPage,
  'set-aside': async () => (await import('./pages/set-aside.tsx')).SetAsidePage,
  'dead-letters': async () => (await import('./pages/dead-letters.tsx')).DeadLettersPage,
  scripts: async () => (await import('./pages/scripts.tsx')).ScriptsPage,
  modules: async () => (await import('./pages/modules.tsx')).ModulesPage,
  audit: async () => (await import('./pages/audit.tsx')).AuditPage,
  peers: async () => (await import('./pages/peers.tsx')).PeersPage,
  jobs: async () => (await import('./pages/jobs.tsx')).JobsPage,
  job: async () => (await import('./pages/job.tsx')).JobPage,
  pipelines: async () => (await import('./pages/pipelines.tsx')).PipelinesPage,
  pipeline: async () => (await import('./pages/pipeline.tsx')).PipelinePage,
};

const loadedPages = new Map<string, Page>();

function Later({ name, parts }: { name: LaterPage; parts: string[] }) {
  const [page, setPage] = useState<{ of: Page } | null>(null);
  const known = loadedPages.get(name);
  useEffect(() => {
    const load = async (): Promise<void> => {
      try {
        const of = await LATER[name]();
        loadedPages.set(name, of);
        setPage({ of });
        sessionStorage.removeItem('spark-reloaded');
      } catch {
        // The page's files were built again: the page that names the new ones has to be read, once.
        if (sessionStorage.getItem('spark-reloaded')) return;
        sessionStorage.setItem('spark-reloaded', '1');
        location.reload();
      }
    };
    void load();
  }, [name]);
  const Shown = known ?? page?.of;
  return Shown ? <Shown parts={parts} /> : <div class="skeleton" aria-hidden="true" />;
}

function Current() {
  const found = findPage(path.value);
  if (found?.page === 'overview') return <OverviewPage />;
  if (found?.page === 'copies') return <CopiesPage />;
  if (found) {
    const { page, parts } = found;
    return <Later key={parts.length > 0 ? path.value : 'all'} name={page} parts={parts} />;
  }
  return (
    <>
      <Heading title={t.notFound} />
      <Empty>{path.value}</Empty>
    </>
  );
}

function Console() {
  if (!session.value) return <SignInPage />;
  return (
    <Shell>
      <Current />
    </Shell>
  );
}

/** A token after `#token=` signs in, and does not stay in the address. */
async function begin(): Promise<void> {
  const [, token] = /^#token=(.+)$/.exec(location.hash) ?? [];
  if (!token) {
    const told = document.querySelector<HTMLMetaElement>('meta[name=session]')?.content ?? '';
    const here = whoIsHere(told, localStorage.getItem(WAS_HERE) !== null);
    if (here.unknown) return ask();
    [session.value, closed.value, over.value] = [here.session, here.closed, here.over];
    return;
  }
  history.replaceState(null, '', location.pathname + location.search);
  try {
    session.value = await api<Session>('session', 'POST', { token: decodeURIComponent(token) });
  } catch (failure) {
    session.value = null;
    refusal.value = failure instanceof Error ? failure.message : String(failure);
  }
}

/** Asks who is signed in; a refusal says whether the session is over, or nobody can sign in. */
async function ask(): Promise<void> {
  try {
    session.value = await api<Session>('session');
  } catch {
    session.value = null;
  }
}

const WAS_HERE = 'spark-was-here';
effect(() => {
  if (session.value) localStorage.setItem(WAS_HERE, '1');
  else if (session.value === null) localStorage.removeItem(WAS_HERE);
});

await begin();
// In a tab that already shows the console, opening such an address does not load the page again.
addEventListener('hashchange', () => location.hash.startsWith('#token=') && void begin());
const root = document.getElementById('app');
// Replaces the frame that came with the HTML.
root?.replaceChildren();
if (root) render(<Console />, root);
