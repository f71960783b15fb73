const OFFSET_MS = 8 * 3_600_000

/** Day (`YYYY-MM-DD`) and hour (0–24) of a moment in Beijing, whose clock all of China keeps; recorders may write UTC. */
export function beijingTime(moment: string): { day: string; hour: number } {
  const local = new Date(Date.parse(moment) + OFFSET_MS)
  return { day: local.toISOString().slice(0, 10), hour: local.getUTCHours() + local.getUTCMinutes() / 60 }
}
