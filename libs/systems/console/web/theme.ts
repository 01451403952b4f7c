// Before the first paint, so that nobody is dazzled.
const chosen = localStorage.getItem('spark-theme');
if (chosen === 'light' || chosen === 'dark') document.documentElement.dataset['theme'] = chosen;
export {};
