/** Seconds of the fastest of `runs` runs: what the machine can do while nothing else disturbs it. */
export function fastest(runs: number, work: () => void): number {
  let best = Infinity
  for (let i = 0; i < runs; i++) {
    const started = performance.now()
    work()
    best = Math.min(best, (performance.now() - started) / 1000)
  }
  return best
}

export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
