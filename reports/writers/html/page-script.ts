/**
 * Theme button, copy button, filter and printing. Plain script for the browser, kept as text: the page needs no build
 * step, and the same record gives the same bytes from sources and from compiled code. Without it the page is complete.
 */
export const PAGE_SCRIPT = String.raw`(function () {
  'use strict';
  var root = document.documentElement;
  var byId = function (id) { return document.getElementById(id); };
  document.querySelectorAll('[data-scripted]').forEach(function (element) { element.hidden = false; });

  var themeButton = byId('theme');
  var systemDark = window.matchMedia('(prefers-color-scheme: dark)');
  var isDark = function () { return root.dataset.theme ? root.dataset.theme === 'dark' : systemDark.matches; };
  var showTheme = function () {
    themeButton.textContent = isDark() ? 'Light' : 'Dark';
    themeButton.setAttribute('aria-label', 'Use the ' + (isDark() ? 'light' : 'dark') + ' theme');
  };
  themeButton.addEventListener('click', function () {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    showTheme();
  });
  systemDark.addEventListener('change', showTheme);
  showTheme();

  var copyButton = byId('copy');
  copyButton.addEventListener('click', function () {
    var command = byId('replay-command');
    var done = function () {
      copyButton.textContent = 'Copied';
      setTimeout(function () { copyButton.textContent = 'Copy'; }, 1600);
    };
    var select = function () {
      window.getSelection().selectAllChildren(command);
      if (document.execCommand('copy')) done();
    };
    // A page opened from a file has no clipboard API in some browsers.
    if (navigator.clipboard) navigator.clipboard.writeText(command.textContent).then(done, select);
    else select();
  });

  var filter = byId('filter');
  if (filter) {
    var checks = Array.from(document.querySelectorAll('[data-check]')).map(function (element) {
      var findings = Array.from(element.querySelectorAll('[data-finding]'));
      var details = element.querySelector('details');
      var head = element.cloneNode(true);
      head.querySelectorAll('[data-finding]').forEach(function (row) { row.remove(); });
      return {
        element: element,
        head: head.textContent.toLowerCase(),
        details: details,
        opened: details ? details.open : false,
        findings: findings.map(function (row) {
          var faults = Array.from(row.querySelectorAll('.fault-tag')).map(function (tag) { return tag.title; });
          return { row: row, text: (row.textContent + ' ' + faults.join(' ')).toLowerCase() };
        }),
      };
    });
    var apply = function () {
      var words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
      var matches = function (text) { return words.every(function (word) { return text.includes(word); }); };
      var checksShown = 0;
      var findingsShown = 0;
      checks.forEach(function (check) {
        var whole = matches(check.head);
        var hits = 0;
        check.findings.forEach(function (finding) {
          var shown = whole || matches(finding.text) || matches(check.head + ' ' + finding.text);
          finding.row.hidden = !shown;
          if (shown) hits += 1;
        });
        check.element.hidden = !whole && hits === 0;
        if (check.details) check.details.open = check.opened || (words.length > 0 && !whole && hits > 0);
        if (!check.element.hidden) { checksShown += 1; findingsShown += hits; }
      });
      byId('no-match').hidden = checksShown > 0;
      byId('filter-count').textContent = words.length === 0 ? '' :
        checksShown + ' of ' + checks.length + ' checks, ' + findingsShown + (findingsShown === 1 ? ' finding' : ' findings');
    };
    filter.addEventListener('input', apply);
    apply();
  }

  window.addEventListener('beforeprint', function () {
    document.querySelectorAll('details').forEach(function (details) { details.open = true; });
  });
})();`;
