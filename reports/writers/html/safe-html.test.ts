import { expect, test } from 'vitest';
import { html, trusted } from './safe-html.ts';

test('text is escaped in content and in attributes; numbers, lists and nothing are shown as such', () => {
  const evil = `<b title="x">&'\u0000`;
  expect(html`<p title="${evil}">${[evil, 3]}${undefined}${false}</p>`.markup).toBe(
    '<p title="&lt;b title=&quot;x&quot;&gt;&amp;&#39;\uFFFD">&lt;b title=&quot;x&quot;&gt;&amp;&#39;\uFFFD3</p>',
  );
});

test('markup of our own is kept, and is escaped only once when it is nested', () => {
  const items = ['a<', 'b'].map((text) => html`<li>${text}</li>`);
  expect(html`<ul>${items}</ul>${trusted('<hr>')}`.markup).toBe('<ul><li>a&lt;</li><li>b</li></ul><hr>');
});
