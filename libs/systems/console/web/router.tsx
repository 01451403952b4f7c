import { signal } from '@preact/signals';
import type { AnchorHTMLAttributes, ComponentChildren } from 'preact';

const base = new URL(document.baseURI).pathname.replace(/\/$/, '');

const here = (): string => location.pathname.slice(base.length) || '/';

/** The page's path, without the console's own. */
export const path = signal(here());
export const query = signal(new URLSearchParams(location.search));

export function href(to: string): string {
  return `${base}${to}`;
}

export function navigate(to: string, replace = false): void {
  if (replace) history.replaceState(null, '', href(to));
  else history.pushState(null, '', href(to));
  settle();
  if (!replace) scrollTo(0, 0);
}

function settle(): void {
  query.value = new URLSearchParams(location.search);
  path.value = here();
}

addEventListener('popstate', settle);

/** A link inside the console. */
export function A({
  to,
  children,
  ...rest
}: { to: string; children: ComponentChildren } & Omit<AnchorHTMLAttributes, 'href'>) {
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    navigate(to);
  };
  return (
    <a {...(rest as object)} href={href(to)} onClick={follow}>
      {children}
    </a>
  );
}

export function copyPath({
  requester,
  owner,
  task,
}: {
  requester: string;
  owner: string;
  task: string;
}): string {
  return `/copies/${[requester, owner, task].map(encodeURIComponent).join('/')}`;
}
