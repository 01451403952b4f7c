// Set before the first paint, so that the wrong theme does not flash.
const chosen = localStorage.getItem('spark-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
export {};
