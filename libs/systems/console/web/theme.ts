// A classic script in the head: the first paint waits for it, but not for modules, so the wrong theme does not flash.
const chosen = localStorage.getItem('spark-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
export {};
