import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe from 'axe-core';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { eventually } from '@nestjs-spark/servers/testing';
import { OPERATOR_TOKEN } from './member.ts';

/** A part of the page, its text, and where it is in pixels. */
export interface Box {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Theme = 'light' | 'dark';

const SHOTS = join(import.meta.dirname, '..', '..', '.spark', 'console');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/** Somebody at the console: a browser of their own, and what it complained about. */
export class Desk {
  readonly page: Page;
  /** Errors of the page: what it logs as one, what it throws, what its policy refuses. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #base: string;

  private constructor(browser: Browser, page: Page, base: string) {
    this.#browser = browser;
    this.page = page;
    this.#base = base;
    page.on('console', (message) => {
      if (message.type() === 'error') this.complaints.push(`${message.text()} (${message.location().url})`);
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
  }

  /** @param base the console's address with its path */
  static async open(
    program: string,
    base: string,
    { width = 1360, height = 900, theme = 'light' }: { width?: number; height?: number; theme?: Theme } = {},
  ): Promise<Desk> {
    const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
    const context: BrowserContext = await browser.newContext({
      viewport: { width, height },
      colorScheme: theme,
      reducedMotion: 'reduce',
    });
    return new Desk(browser, await context.newPage(), base);
  }

  /** Opens a page of the console. */
  async go(path: string): Promise<void> {
    await this.page.goto(`${this.#base}${path}`);
  }

  async signIn(token = OPERATOR_TOKEN): Promise<void> {
    await this.go('/');
    await this.page.getByLabel('Token').fill(token);
    await this.page.keyboard.press('Enter');
  }

  async look(width: number, theme: Theme): Promise<void> {
    await this.page.setViewportSize({ width, height: width < 600 ? 780 : 900 });
    await this.page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
  }

  /** Waits until the page's heading says this. */
  async heading(text: string | RegExp, timeoutMs = 30_000): Promise<void> {
    await this.page.locator('h1', { hasText: text }).waitFor({ timeout: timeoutMs });
  }

  /** Waits until a text is somewhere on the page. */
  async sees(text: string | RegExp, timeoutMs = 30_000): Promise<void> {
    await this.page.getByText(text).first().waitFor({ timeout: timeoutMs });
  }

  /** What axe finds wrong, in a world of its own: the page's policy lets no script in. */
  async faults(): Promise<string[]> {
    const session = await this.page.context().newCDPSession(this.page);
    const { frameTree } = await session.send('Page.getFrameTree');
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
    });
    await session.send('Runtime.evaluate', { expression: axe.source, contextId });
    const { result } = await session.send('Runtime.evaluate', {
      expression: `axe.run(document, { runOnly: ${JSON.stringify(RULES)} }).then(({ violations }) => JSON.stringify(violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 160)).join(' | '))))`,
      contextId,
      awaitPromise: true,
      returnByValue: true,
    });
    await session.detach();
    return JSON.parse(String(result.value ?? '["axe did not run"]')) as string[];
  }

  /** Whether the page can be scrolled sideways. */
  async isTooWide(): Promise<boolean> {
    const { scrollWidth, clientWidth } = await this.#evaluate<{ scrollWidth: number; clientWidth: number }>(
      '(({ scrollWidth, clientWidth }) => ({ scrollWidth, clientWidth }))(document.documentElement)',
    );
    return scrollWidth > clientWidth;
  }

  /** Tables that are wider than their place, so that a part is hidden until somebody scrolls it. */
  cut(): Promise<string[]> {
    return this.#evaluate<string[]>(`[...document.querySelectorAll('.scroll')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ textContent }) => textContent.slice(0, 100))`);
  }

  /** Where everything is that is shown and that one of these selectors names, all at one moment: a live page moves between two. */
  boxes(...selectors: readonly string[]): Promise<Box[]> {
    return this.#evaluate<Box[]>(`${JSON.stringify(selectors)}
      .flatMap((one) => [...document.querySelectorAll(one)])
      .filter((one) => one.checkVisibility({ visibilityProperty: true }))
      .map((one) => {
        const { x, y, width, height } = one.getBoundingClientRect();
        return { text: one.textContent, x, y, width, height };
      })
      .filter(({ width, height }) => width > 0 && height > 0)`);
  }

  /** Playwright's own evaluation uses eval, which the page's policy refuses. */
  async #evaluate<T>(expression: string): Promise<T> {
    const session = await this.page.context().newCDPSession(this.page);
    const { result } = await session.send('Runtime.evaluate', { expression, returnByValue: true });
    await session.detach();
    return result.value as T;
  }

  async shoot(name: string): Promise<void> {
    await mkdir(SHOTS, { recursive: true });
    // Hiding the caret would put a style into the page, which its policy refuses.
    await this.page.screenshot({ path: join(SHOTS, `${name}.png`), caret: 'initial' });
  }

  until(look: () => Promise<boolean>, timeoutMs = 30_000): Promise<boolean> {
    return eventually(look, { timeoutMs }) as Promise<boolean>;
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}
