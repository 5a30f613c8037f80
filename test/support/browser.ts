/** Debian's Chromium, with pages of a profile of their own. Where there is none, specs are skipped, unless `LEFTFOLD_TEST_BROWSER_REQUIRED` says that they must run. */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { chromium, type Browser, type Page } from 'playwright-core';

const EXECUTABLE = process.env['LEFTFOLD_TEST_CHROMIUM'] ?? '/usr/bin/chromium';
const IS_REQUIRED = process.env['LEFTFOLD_TEST_BROWSER_REQUIRED'] === '1';

export const hasBrowser = IS_REQUIRED || existsSync(EXECUTABLE);

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: EXECUTABLE,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** What of the page keeps people out, by the rules of axe: each with the elements. */
export async function accessibilityFaults(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const { violations } = await page.evaluate('axe.run()').then((results) => results as AxeResults);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}
