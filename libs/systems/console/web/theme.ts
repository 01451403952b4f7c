// A classic script in the head: the first paint, which does not wait for modules, waits for it, so that the wrong theme does not flash.
const chosen = localStorage.getItem('spark-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
export {};
