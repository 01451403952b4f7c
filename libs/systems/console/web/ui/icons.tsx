const PATHS = {
  map: 'M2 4.5 6 3l4 1.5L14 3v8.5L10 13l-4-1.5L2 13zM6 3v8.5M10 4.5V13',
  copies: 'M6 6h7v7H6zM10 6V3H3v7h3',
  triangle: 'M8 2.5 14 13H2zM8 6.5v3M8 11.3v.2',
  letter: 'M2 4h12v8.5H2zM2.5 4.5 8 9l5.5-4.5',
  code: 'M5 4.5 1.5 8 5 11.5M11 4.5 14.5 8 11 11.5M9.2 3.5 6.8 12.5',
  modules: 'M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z',
  audit: 'M4 2.5h8v11H4zM6 5.5h4M6 8h4M6 10.5h2.5',
  peers:
    'M8 4.5a1.8 1.8 0 1 0 0-.1zM3.5 12a1.8 1.8 0 1 0 0-.1zM12.5 12a1.8 1.8 0 1 0 0-.1zM7 6l-2.6 4.3M9 6l2.6 4.3M5.5 12h5',
  jobs: 'M3 3h10v3H3zM3 9.5h10v3H3zM5 4.5h.1M5 11h.1',
  pipelines: 'M2 8h3M11 8h3M5 5.5h6v5H5zM8 5.5v5',
  stop: 'M4 4h8v8H4z',
  pause: 'M4.5 3.5h2.2v9H4.5zM9.3 3.5h2.2v9H9.3z',
  cross: 'M4 4l8 8M12 4l-8 8',
  search: 'M7 2.8a4.2 4.2 0 1 0 .01 0zM10.2 10.2 13.5 13.5',
  sun: 'M8 5.2a2.8 2.8 0 1 0 .01 0zM8 1.5v1.4M8 13.1v1.4M1.5 8h1.4M13.1 8h1.4M3.4 3.4l1 1M11.6 11.6l1 1M3.4 12.6l1-1M11.6 4.4l1-1',
  out: 'M6.5 2.5h-4v11h4M10.5 5 13.5 8l-3 3M13 8H6.5',
  run: 'M5 3.5 12 8l-7 4.5z',
  again:
    'M13 7A5.2 5.2 0 0 0 3.7 4.6L2.5 6M2.5 2.8V6h3.2M3 9a5.2 5.2 0 0 0 9.3 2.4L13.5 10M13.5 13.2V10h-3.2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.3"
      stroke-linejoin="round"
      stroke-linecap="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Bolt() {
  return (
    <svg width="20" height="20" viewBox="0 0 16 16" fill="currentColor" aria-hidden="true">
      <path d="M9.5 0 2 9.2h4.6L5.6 16 14 6.3H8.9z" />
    </svg>
  );
}
